// FHIRHelpers as CQL, for an engine that does not have it built in. The rules are those that calx keeps natively
// (src/record/conversions.h); the functions of the primitive types follow from the model info.

const kRules = `library FHIRHelpers version '4.0.1'
using FHIR version '4.0.1'

define function ToInterval(period FHIR.Period):
  if period is null then null
  else if period."start" is null then Interval(period."start".value, period."end".value]
  else Interval[period."start".value, period."end".value]

define function ToInterval(range FHIR.Range):
  if range is null then null else Interval[ToQuantity(range.low), ToQuantity(range.high)]

define function ToCalendarUnit(unit System.String):
  case unit
    when 'ms' then 'millisecond' when 's' then 'second' when 'min' then 'minute' when 'h' then 'hour'
    when 'd' then 'day' when 'wk' then 'week' when 'mo' then 'month' when 'a' then 'year'
    else unit
  end

define function ToQuantity(quantity FHIR.Quantity):
  case
    when quantity is null or quantity.value is null then null
    when quantity.comparator is not null then
      Message(null, true, 'FHIRHelpers.Comparator', 'Error', 'a Quantity with a comparator is no System.Quantity')
    when quantity.system is null or quantity.system.value = 'http://unitsofmeasure.org'
      or quantity.system.value = 'http://hl7.org/fhirpath/CodeSystem/calendar-units' then
      System.Quantity {
        value: quantity.value.value, unit: ToCalendarUnit(Coalesce(quantity.code.value, quantity.unit.value, '1'))
      }
    else System.Quantity { value: quantity.value.value, unit: quantity.unit.value }
  end

define function ToRatio(ratio FHIR.Ratio):
  if ratio is null then null
  else System.Ratio { numerator: ToQuantity(ratio.numerator), denominator: ToQuantity(ratio.denominator) }

define function ToCode(coding FHIR.Coding):
  if coding is null then null
  else System.Code {
    code: coding.code.value, system: coding.system.value, version: coding.version.value, display: coding.display.value
  }

define function ToConcept(concept FHIR.CodeableConcept):
  if concept is null then null
  else System.Concept { codes: concept.coding C return ToCode(C), display: concept.text.value }
`;
const kByRule = new Set(['Period', 'Range', 'Quantity', 'Ratio', 'Coding', 'CodeableConcept']);

export function fhirHelpers(modelInfo) {
  const functions = [];
  for (const [, name, type] of modelInfo.matchAll(/<conversionInfo functionName="FHIRHelpers\.(\w+)" fromType="FHIR\.([^"]+)"/g)) {
    if (kByRule.has(type)) continue;
    functions.push(`define function ${name}(value FHIR.${/^\w+$/.test(type) ? type : `"${type}"`}): value.value`);
  }
  return `${kRules}\n${functions.join('\n')}\n`;
}
