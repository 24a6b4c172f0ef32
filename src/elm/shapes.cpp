#include "elm/shapes.h"

#include <algorithm>
#include <iterator>

namespace calx {

namespace {

constexpr ElmShape kShapes[] = {
    {"AllTrue", "source"},
    {"AnyInCodeSystem", "codes,codesystem"},
    {"AnyInValueSet", "codes,valueset"},
    {"AnyTrue", "source"},
    {"Avg", "source"},
    {"Children", "source"},
    {"Combine", "source,separator"},
    {"Count", "source"},
    {"Date", "year,month,day"},
    {"DateTime", "year,month,day,hour,minute,second,millisecond,timezoneOffset"},
    {"Descendents", "source"},
    {"First", "source"},
    {"GeometricMean", "source"},
    {"InCodeSystem", "code,codesystem"},
    {"InValueSet", "code,valueset"},
    {"IndexOf", "source,element"},
    {"Last", "source"},
    {"LastPositionOf", "pattern,string"},
    {"Max", "source"},
    {"Median", "source"},
    {"Message", "source,condition,code,severity,message"},
    {"Min", "source"},
    {"Mode", "source"},
    {"PopulationStdDev", "source"},
    {"PopulationVariance", "source"},
    {"PositionOf", "pattern,string"},
    {"Product", "source"},
    {"Round", "operand,precision"},
    {"Slice", "source,startIndex,endIndex"},
    {"Split", "stringToSplit,separator"},
    {"SplitOnMatches", "stringToSplit,separatorPattern"},
    {"StdDev", "source"},
    {"Substring", "stringToSub,startIndex,length"},
    {"Sum", "source"},
    {"Time", "hour,minute,second,millisecond"},
    {"Variance", "source"},
};

constexpr std::string_view kUnary[] = {
    "Abs",
    "CalculateAge",
    "Ceiling",
    "ConvertsToBoolean",
    "ConvertsToDate",
    "ConvertsToDateTime",
    "ConvertsToDecimal",
    "ConvertsToInteger",
    "ConvertsToLong",
    "ConvertsToQuantity",
    "ConvertsToRatio",
    "ConvertsToString",
    "ConvertsToTime",
    "DateFrom",
    "DateTimeComponentFrom",
    "Distinct",
    "End",
    "Exists",
    "Exp",
    "ExpandValueSet",
    "Flatten",
    "Floor",
    "IsFalse",
    "IsNull",
    "IsTrue",
    "Length",
    "Ln",
    "Lower",
    "Negate",
    "Not",
    "PointFrom",
    "Precision",
    "Predecessor",
    "SingletonFrom",
    "Size",
    "Start",
    "Successor",
    "TimeFrom",
    "TimezoneOffsetFrom",
    "ToBoolean",
    "ToConcept",
    "ToDate",
    "ToDateTime",
    "ToDecimal",
    "ToInteger",
    "ToList",
    "ToLong",
    "ToQuantity",
    "ToRatio",
    "ToString",
    "ToTime",
    "Truncate",
    "Upper",
    "Width",
};

}  // namespace

const ElmShape* find_elm_shape(std::string_view node) {
  const auto* found = std::lower_bound(std::begin(kShapes), std::end(kShapes), node,
                                       [](const ElmShape& shape, std::string_view name) { return shape.node < name; });
  return found != std::end(kShapes) && found->node == node ? found : nullptr;
}

bool is_unary_elm(std::string_view node) {
  return std::binary_search(std::begin(kUnary), std::end(kUnary), node);
}

}  // namespace calx
