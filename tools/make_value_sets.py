#!/usr/bin/env python3
"""Writes the value sets of the calcinosis cutis guideline from the table of clinical codes.

Usage: make_value_sets.py [--table codes.csv] [--out FOLDER] [--with-atc] [--check]

The table is $CALX_SHARED/clinical/codes.csv (CALX_SHARED is ../shared unless set). One ValueSet per name in the table.
Rows marked [prefix] are ICD-10-CM categories: they go to a second set, <name>-categories. A code belongs to a category
when the category is the code itself or one of its beginnings; the guideline's CQL cuts codes down before it asks.
SNOMED CT and CPT codes carry no display, ATC is left out unless asked for (licences: content/LICENSE.md).
"""

import argparse
import csv
import json
import os
import pathlib
import sys

BASE = "http://fhir.org/guides/calx/calcinosis-cutis"
VERSION = "0.1.0"
PROVENANCE = BASE + "/StructureDefinition/code-provenance"
SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
CPT = "http://www.ama-assn.org/go/cpt"
ATC = "http://www.whocc.no/atc"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"

NOTICES = {
    SNOMED: "SNOMED CT codes are used by their number only. Use of SNOMED CT needs an affiliate licence where one is required.",
    LOINC: "LOINC is copyright Regenstrief Institute, Inc. and available at no cost under the licence at http://loinc.org/license.",
    ICD10CM: "ICD-10-CM is in the public domain in the United States (CDC/NCHS, CMS).",
    CPT: "CPT is copyright American Medical Association; numbers only, no descriptors. Use may need a licence.",
    ATC: "ATC codes are of the WHO Collaborating Centre for Drug Statistics Methodology.",
    RXNORM: "RxNorm names and identifiers are produced by the U.S. National Library of Medicine and in the public domain.",
}

# Codes that the table lacks and the record contract uses; the third column says where the meaning was seen.
EXTRA = [
    ("site-upper-limb", SNOMED, "53120007", "recalled", "upper limb, used by the published cases"),
    ("site-lower-limb", SNOMED, "61685007", "recalled", "lower limb, used by the published cases"),
    ("site-upper-arm", SNOMED, "40983000", "recalled", "upper arm, used by the published cases"),
    ("site-axilla", SNOMED, "91470000", "recalled", "axilla, used by the published cases"),
    ("site-flank", SNOMED, "58602004", "recalled", "flank, used by the published cases"),
    ("site-umbilicus", SNOMED, "90290004", "recalled", "umbilical region, used by the published cases"),
    ("site-groin", SNOMED, "26893007", "recalled", "groin, used by the published cases"),
    ("site-cheek", SNOMED, "60819002", "recalled", "cheek, used by the published cases"),
    ("site-forehead", SNOMED, "52795006", "recalled", "forehead, used by the published cases"),
    ("site-elbow", SNOMED, "16953009", "verified", "joint-list"),
    ("site-knee", SNOMED, "182204005", "verified", "joint-list"),
    ("site-knee", SNOMED, "49076000", "verified", "joint-list"),
    ("site-hip", SNOMED, "24136001", "verified", "joint-list"),
    ("site-shoulder", SNOMED, "85537004", "verified", "joint-list"),
    ("site-wrist", SNOMED, "182178002", "verified", "joint-list"),
    ("site-ankle", SNOMED, "182212002", "verified", "joint-list"),
    ("site-finger", SNOMED, "303280009", "verified", "joint-list"),
    ("site-hand", SNOMED, "280995004", "verified", "joint-list"),
    ("site-hand", SNOMED, "244546004", "verified", "joint-list"),
    ("site-foot", SNOMED, "239747005", "verified", "joint-list"),
    ("route-intravenous", SNOMED, "47625008", "recalled", "intravenous route, used by the published cases"),
    ("route-intramuscular", SNOMED, "78421000", "recalled", "intramuscular route"),
    ("route-subcutaneous", SNOMED, "34206005", "recalled", "subcutaneous route"),
    ("med-phosphate", RXNORM, "8263", "verified", "med-phosphate"),
    ("cond-down-syndrome", SNOMED, "41040004", "recalled", "Down syndrome"),
    ("proc-heel-stick", CPT, "36416", "recalled", "capillary blood specimen, used by the published cases"),
]

# Sets that the table mixes and the guideline needs apart.
DROP = {("cond-pregnancy", "60001007")}
SPLIT = [
    ("cond-not-pregnant", SNOMED, "60001007"),
    ("cond-calciphylaxis-specific", SNOMED, "237900002"),
    ("cond-calciphylaxis-specific", SNOMED, "717043006"),
    ("cond-calcium-disorder-residual", ICD10CM, "E83.59"),
    ("med-warfarin", RXNORM, "11289"),
    ("med-diltiazem", RXNORM, "3443"),
    ("med-minocycline", RXNORM, "6980"),
    ("med-methotrexate", RXNORM, "6851"),
    ("med-mycophenolate", RXNORM, "68149"),
    ("med-mycophenolate", RXNORM, "7145"),
    ("med-tnf-inhibitor", RXNORM, "191831"),
    ("med-tnf-inhibitor", RXNORM, "327361"),
    ("med-tnf-inhibitor", RXNORM, "214555"),
    ("med-rituximab", RXNORM, "121191"),
    ("med-abatacept", RXNORM, "614391"),
    ("med-simvastatin-lovastatin", RXNORM, "36567"),
    ("med-simvastatin-lovastatin", RXNORM, "6472"),
    ("med-isotretinoin", RXNORM, "6064"),
    ("med-ciclosporin-tacrolimus", RXNORM, "3008"),
    ("med-ciclosporin-tacrolimus", RXNORM, "42316"),
    ("med-bosentan", RXNORM, "75207"),
    ("med-azathioprine", RXNORM, "1256"),
    ("med-hydroxychloroquine", RXNORM, "5521"),
    ("lab-haemoglobin", LOINC, "718-7"),
    ("lab-haemoglobin", LOINC, "20509-6"),
    ("lab-haemoglobin", LOINC, "59260-0"),
    ("lab-platelets", LOINC, "777-3"),
    ("lab-platelets", LOINC, "26515-7"),
    ("lab-white-cells", LOINC, "6690-2"),
    ("lab-white-cells", LOINC, "26464-8"),
    ("lab-alanine-aminotransferase", LOINC, "1742-6"),
    ("lab-bilirubin", LOINC, "1975-2"),
    ("lab-bilirubin", LOINC, "14631-6"),
    ("lab-hepatitis-b-surface-antigen", LOINC, "5196-1"),
    ("lab-hepatitis-b-surface-antigen", LOINC, "5195-3"),
    ("lab-hepatitis-b-core-antibody", LOINC, "13952-7"),
    ("lab-hepatitis-b-core-antibody", LOINC, "16933-4"),
    ("lab-hepatitis-b-dna", LOINC, "42595-9"),
    ("lab-vitamin-d-25oh-specific", LOINC, "1989-3"),
    ("lab-vitamin-d-25oh-specific", LOINC, "62292-8"),
    ("lab-vitamin-d-25oh-specific", LOINC, "14635-7"),
    ("vital-systolic", LOINC, "8480-6"),
    ("ecg-pr-interval", LOINC, "8625-6"),
    ("ecg-qtc-interval", LOINC, "8636-3"),
    ("cond-alcoholic-liver-disease-or-cirrhosis", SNOMED, "19943007"),
    ("cond-alcoholic-liver-disease-or-cirrhosis", ICD10CM, "K74.6"),
    ("cond-alcoholic-liver-disease-or-cirrhosis", ICD10CM, "K74.60"),
    ("cond-alcoholic-liver-disease-or-cirrhosis", ICD10CM, "K74.69"),
    ("cond-high-grade-heart-block", ICD10CM, "I44.1"),
    ("cond-high-grade-heart-block", ICD10CM, "I44.2"),
    ("cond-high-grade-heart-block", SNOMED, "195042002"),
    ("cond-high-grade-heart-block", SNOMED, "27885002"),
    ("cond-high-grade-heart-block", SNOMED, "28189009"),
    ("cond-pxe-specific", SNOMED, "252246005"),
    ("cond-pxe-specific", SNOMED, "402782006"),
    ("cond-pxe-specific", SNOMED, "72744008"),
    ("cond-werner-specific", SNOMED, "51626007"),
    ("cond-pilomatricoma-specific", SNOMED, "274901004"),
    ("cond-xanthoma-specific", SNOMED, "63103006"),
    ("cond-calcific-tendinitis", SNOMED, "95414005"),
    ("cond-milk-alkali-specific", SNOMED, "57557005"),
    ("cond-hyperphosphataemia-specific", SNOMED, "20165001"),
    ("cond-kidney-transplant-failure", SNOMED, "236583003"),
    ("cond-kidney-disease-unstaged", ICD10CM, "N18.9"),
    ("cond-kidney-disease-unstaged", ICD10CM, "N18"),
    ("cond-kidney-disease-unstaged", SNOMED, "709044004"),
    ("cond-kidney-disease-unstaged", SNOMED, "90688005"),
    ("cond-morbid-obesity", SNOMED, "238136002"),
    ("cond-morbid-obesity", ICD10CM, "E66.01"),
    ("cond-morbid-obesity", ICD10CM, "E66.2"),
    ("cond-morbid-obesity", ICD10CM, "E66.812"),
    ("cond-morbid-obesity", ICD10CM, "E66.813"),
    ("cond-protein-c-s-deficiency-specific", SNOMED, "1563006"),
]
# Categories that the table lacks or the guideline needs by themselves.
EXTRA_CATEGORIES = [
    ("cond-alcoholic-liver-disease-or-cirrhosis", "K70", "verified", "cond-liver-disease"),
    ("cond-kidney-failure-without-stage", "N17", "recalled", "record contract and rule DQ-14"),
    ("cond-kidney-failure-without-stage", "N19", "recalled", "record contract and rule DQ-14"),
    ("cond-acute-kidney-injury", "N17", "recalled", "rule DQ-14"),
    ("cond-down-syndrome", "Q90", "recalled", "Down syndrome"),
    ("cond-kidney-transplant-failure", "T86.12", "verified", "cond-kidney-transplant-status"),
    ("cond-perinatal-stress", "P02", "recalled", "record contract"),
    ("cond-perinatal-stress", "P20", "recalled", "record contract"),
    ("cond-perinatal-stress", "P21", "recalled", "record contract"),
    ("cond-perinatal-stress", "P84", "recalled", "record contract"),
    ("cond-menopause", "Z78.0", "verified", "cond-menopause"),
]


def read_rows(table, with_atc):
    exact, categories = {}, {}
    with open(table, newline="", encoding="utf-8") as f:
        for row in csv.DictReader(f):
            name, system, code = row["valueset"], row["system"], row["code"]
            if name.startswith("fhir-") or not code or (name, code) in DROP:
                continue
            if system == ATC and not with_atc:
                continue
            target = categories if "[prefix]" in row["concept"] else exact
            entry = (row["display"], row["status"], row["seen_in"])
            target.setdefault(name, {}).setdefault((system, code), entry)
    known = {key: entry for codes in exact.values() for key, entry in codes.items()}
    for name, system, code in SPLIT:
        entry = known.get((system, code), ("", "verified", "the table"))
        exact.setdefault(name, {}).setdefault((system, code), entry)
    for name, system, code, status, seen in EXTRA:
        exact.setdefault(name, {}).setdefault((system, code), ("", status, seen))
    for name, code, status, seen in EXTRA_CATEGORIES:
        categories.setdefault(name, {}).setdefault((ICD10CM, code), ("", status, seen))
    return exact, categories


def provenance(status, seen):
    return [{"url": PROVENANCE, "valueString": f"{status}: {seen}"}]


def value_set(name, codes, purpose):
    systems = {}
    contains = []
    for (system, code), (display, status, seen) in sorted(codes.items()):
        concept = {"extension": provenance(status, seen), "code": code}
        if display and system not in (SNOMED, CPT):
            concept["display"] = display
        systems.setdefault(system, []).append(concept)
        member = {"system": system, "code": code}
        if "display" in concept:
            member["display"] = concept["display"]
        contains.append(member)
    return {
        "resourceType": "ValueSet",
        "id": name,
        "url": f"{BASE}/ValueSet/{name}",
        "version": VERSION,
        "name": "".join(part.capitalize() for part in name.split("-")),
        "title": name.replace("-", " "),
        "status": "draft",
        "experimental": False,
        "description": purpose,
        "copyright": " ".join(NOTICES[s] for s in sorted(systems) if s in NOTICES),
        "compose": {"include": [{"system": s, "concept": c} for s, c in sorted(systems.items())]},
        "expansion": {"timestamp": "2026-01-01", "total": len(contains), "contains": contains},
    }


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    shared = pathlib.Path(os.environ.get("CALX_SHARED", root.parent / "shared"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--table", type=pathlib.Path, default=shared / "clinical" / "codes.csv")
    parser.add_argument("--out", type=pathlib.Path, default=root / "content/guidelines/calcinosis-cutis/valuesets")
    parser.add_argument("--with-atc", action="store_true", help="include ATC codes, for a licensed site")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a file would change")
    args = parser.parse_args()
    exact, categories = read_rows(args.table, args.with_atc)
    sets = {}
    for name, codes in exact.items():
        sets[name] = value_set(name, codes, f"Codes for: {name.replace('-', ' ')}.")
    for name, codes in categories.items():
        full = name + "-categories"
        text = f"ICD-10-CM categories for: {name.replace('-', ' ')}. A code is a member when it begins with one of them."
        sets[full] = value_set(full, codes, text)
    args.out.mkdir(parents=True, exist_ok=True)
    stale = {p.name for p in args.out.glob("ValueSet-*.json")}
    changed = []
    for name, resource in sorted(sets.items()):
        path = args.out / f"ValueSet-{name}.json"
        stale.discard(path.name)
        text = json.dumps(resource, indent=2, ensure_ascii=False) + "\n"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            changed.append(path.name)
            if not args.check:
                path.write_text(text, encoding="utf-8")
    for name in sorted(stale):
        changed.append(name)
        if not args.check:
            (args.out / name).unlink()
    print(f"{len(sets)} value sets, {len(changed)} changed")
    return 1 if args.check and changed else 0


if __name__ == "__main__":
    sys.exit(main())
