#!/usr/bin/env python3
"""Scores calx on the published patients, as the README beside them asks.

    tools/published_cases.py                              run calx on every record, print the tables
    tools/published_cases.py --results DIR                score results that lie in DIR, one <id>.json per case
    tools/published_cases.py --bar-yes 80 --bar-grave 0   exit code 1 when a bar is not met

Where the records are: CALX_SHARED (default ../shared beside the repository), folder cases.
Exit codes: 0 every bar met, 1 a bar not met, 2 wrong use or no records.
"""
import argparse
import concurrent.futures
import json
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DECIDABLE = ["yes", "provisional", "no"]
NO_TYPE = ("not-calcinosis", "not-in-scope")
NOT_DEFINITE = ("undetermined", "not-in-scope", None)
SCORED_DEFINES = ("Primary Type", "Calcinosis Status", "Calciphylaxis Status")
GRAVE = ("not-suspected", "excluded")


def arguments():
    shared = os.environ.get("CALX_SHARED", os.path.join(os.path.dirname(ROOT), "shared"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", default=os.path.join(shared, "cases"), help="folder of the published cases")
    parser.add_argument("--calx", default=os.path.join(ROOT, "build", "release", "calx"), help="the program")
    parser.add_argument("--guideline", help="guideline folder, handed to calx")
    parser.add_argument("--at", default="2026-01-15T12:00:00Z", help="the day to assess")
    parser.add_argument("--results", help="folder of results with histology, <id>.json each, instead of running calx")
    parser.add_argument("--results-no-histology", help="the same for the records without histology")
    parser.add_argument("--with-histology-only", action="store_true", help="leave out the second run")
    parser.add_argument("--case", action="append", help="only this case (may be repeated)")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--timeout", type=float, default=60, help="seconds per record")
    parser.add_argument("--quiet", action="store_true", help="tables only, no misses case by case")
    parser.add_argument("--json", help="write answers and counts to this file")
    bars = parser.add_argument_group("bars (per cent of scored cases, with histology unless said otherwise)")
    bars.add_argument("--bar-yes", type=float, help="accuracy where decidable is yes")
    bars.add_argument("--bar-provisional", type=float, help="accuracy where decidable is provisional")
    bars.add_argument("--bar-all", type=float, help="accuracy over all scored cases")
    bars.add_argument("--bar-acceptable", type=float, help="acceptable over all scored cases")
    bars.add_argument("--bar-status", type=float, help="calciphylaxis status as expected, over all cases")
    bars.add_argument("--bar-grave", type=int, help="most calciphylaxis patients called not-suspected or excluded, "
                                                    "with and without histology together")
    bars.add_argument("--bar-failed", type=int, help="most records that gave no results")
    return parser.parse_args()


def read_json(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def code_of(value):
    """A Code, a Concept or a plain string: its code."""
    if isinstance(value, dict):
        if value.get("code") is not None:
            return value["code"]
        codes = value.get("codes") or []
        return code_of(codes[0]) if codes else None
    return value


def run_calx(options, path):
    command = [options.calx, "assess", path, "--at", options.at, "--format", "json"]
    if options.guideline:
        command += ["--guideline", options.guideline]
    try:
        done = subprocess.run(command, capture_output=True, timeout=options.timeout, check=False)
    except subprocess.TimeoutExpired:
        return None, "no answer within %g s" % options.timeout
    except OSError as error:
        return None, str(error)
    if not done.stdout.strip():
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        return None, "exit code %d: %s" % (done.returncode, lines[0] if lines else "no output")
    try:
        return json.loads(done.stdout), None
    except ValueError as error:
        return None, "not JSON: %s" % error


def answer_of(document):
    """The answer and what the tables need, from one result document (or its results alone)."""
    results = document.get("results", document)
    errors = document.get("errors") or {}
    primary = code_of(results.get("Primary Type"))
    status = code_of(results.get("Calcinosis Status"))
    answer = status if status in NO_TYPE and primary in (None, "undetermined") else primary
    return {
        "answer": answer,
        "primary_status": code_of(results.get("Primary Type Status")),
        "calcinosis_status": status,
        "calciphylaxis_status": code_of(results.get("Calciphylaxis Status")),
        "errors": {name: text for name, text in errors.items() if name in SCORED_DEFINES},
    }


def collect(options, ids, folder, results_folder):
    """Per id: an answer, or {"failed": why}."""
    def one(case):
        if results_folder:
            path = os.path.join(results_folder, case + ".json")
            try:
                document, why = read_json(path), None
            except (OSError, ValueError) as error:
                document, why = None, str(error)
        else:
            document, why = run_calx(options, os.path.join(options.cases, folder, case + ".json"))
        if document is None:
            return {"failed": why}
        return answer_of(document)

    with concurrent.futures.ThreadPoolExecutor(max_workers=options.workers) as pool:
        return dict(zip(ids, pool.map(one, ids)))


def label_of(case):
    return case["types"][0] if len(case["types"]) == 1 else "mixed"


def share(part, whole):
    return "%3d/%-3d %5.1f%%" % (part, whole, 100.0 * part / whole) if whole else "  -"


def table(title, groups):
    """groups: (name, list of (case, answer))."""
    print("\n%-24s %-16s %-16s %s" % (title, "accuracy", "acceptable", "definite but wrong"))
    for name, pairs in groups:
        right = sum(a.get("answer") in c["types"] for c, a in pairs)
        fair = sum(a.get("answer") in c["acceptable"] for c, a in pairs)
        wrong = sum(is_definite_wrong(c, a) for c, a in pairs)
        print("%-24s %-16s %-16s %s" % (name, share(right, len(pairs)), share(fair, len(pairs)), wrong or "-"))


def is_definite_wrong(case, answer):
    return ("failed" not in answer and answer["answer"] not in NOT_DEFINITE
            and answer["answer"] not in case["types"] and answer["answer"] not in case["acceptable"])


def percent(pairs, key):
    return 100.0 * sum(a.get("answer") in c[key] for c, a in pairs) / len(pairs) if pairs else 100.0


def report(title, expected, answers, stories, options):
    print("\n" + "=" * 78 + "\n" + title + "\n" + "=" * 78)
    scored = [(expected[i], answers[i]) for i in answers if expected[i]["score"]]
    by_decidable = [("decidable: " + d, [p for p in scored if p[0]["decidable"] == d]) for d in DECIDABLE]
    table("scored cases", by_decidable + [("all", scored)])
    labels = sorted({label_of(c) for c, _ in scored})
    table("by label", [(name, [p for p in scored if label_of(p[0]) == name]) for name in labels])

    failed = [i for i in answers if "failed" in answers[i]]
    broken = [i for i in answers if answers[i].get("errors")]
    status_ok = [i for i in answers if answers[i].get("calciphylaxis_status") in expected[i]["calciphylaxis_status"]]
    patients = [i for i in answers if expected[i]["calciphylaxis"] == "yes"]
    grave = [i for i in patients if answers[i].get("calciphylaxis_status") in GRAVE]
    others = [i for i in answers if expected[i]["calciphylaxis"] == "no"]
    calcinosis_ok = [i for i in answers if answers[i].get("calcinosis_status") in expected[i]["calcinosis_status"]]
    unscored = [i for i in answers if not expected[i]["score"]]
    unscored_ok = [i for i in unscored if answers[i].get("answer") in expected[i]["acceptable"]]
    print("\ncalciphylaxis status as expected   %s" % share(len(status_ok), len(answers)))
    print("  in patients with calciphylaxis  %s" % share(len([i for i in patients if i in status_ok]), len(patients)))
    print("  in patients without             %s" % share(len([i for i in others if i in status_ok]), len(others)))
    print("  gravest errors                  %d (calciphylaxis called not-suspected or excluded)" % len(grave))
    print("calcinosis status as expected     %s" % share(len(calcinosis_ok), len(answers)))
    print("not scored, answer acceptable     %s" % share(len(unscored_ok), len(unscored)))
    print("records without a result          %d" % len(failed))
    if broken:
        print("records with an error in a status %d" % len(broken))

    if not options.quiet:
        for heading, ids in (("Gravest errors", grave), ("No result", failed), ("Error in a status", broken)):
            if ids:
                print("\n" + heading)
                for i in ids:
                    why = answers[i].get("failed") or answers[i].get("errors") or answers[i]["calciphylaxis_status"]
                    print("  %s  %s\n        %s" % (i, why, stories.get(i, "")))
        wrong = [i for i in answers if is_definite_wrong(expected[i], answers[i])]
        misses = [i for i in answers if "failed" not in answers[i] and i not in wrong
                  and (answers[i]["answer"] not in expected[i]["types"] if expected[i]["decidable"] == "yes"
                       else answers[i]["answer"] not in expected[i]["acceptable"])]
        statuses = [i for i in answers if "failed" not in answers[i] and i not in status_ok and i not in grave]
        soft = [i for i in answers if "failed" not in answers[i] and i not in wrong and i not in misses
                and expected[i]["score"] and answers[i]["answer"] not in expected[i]["types"]]
        for heading, ids in (("Definite wrong types", wrong), ("Other misses", misses),
                             ("Acceptable, not the label", soft)):
            if ids:
                print("\n%s (%d)" % (heading, len(ids)))
                for i in ids:
                    print_case(i, expected[i], answers[i], stories)
        if statuses:
            print("\nCalciphylaxis status other than expected (%d)" % len(statuses))
            for i in statuses:
                print("  %s  %s, expected %s\n        %s" % (i, answers[i]["calciphylaxis_status"],
                      " or ".join(expected[i]["calciphylaxis_status"]), stories.get(i, "")))

    yes = dict((d, [p for p in scored if p[0]["decidable"] == d]) for d in DECIDABLE)
    return {
        "yes": percent(yes["yes"], "types"), "provisional": percent(yes["provisional"], "types"),
        "all": percent(scored, "types"), "acceptable": percent(scored, "acceptable"),
        "status": 100.0 * len(status_ok) / len(answers) if answers else 100.0,
        "grave": len(grave), "failed": len(failed),
    }


def print_case(case_id, case, answer, stories):
    how = " (%s)" % answer["primary_status"] if answer["primary_status"] else ""
    print("  %s  %s%s, expected %s; decidable %s%s" % (case_id, answer["answer"], how, " or ".join(case["types"]),
          case["decidable"], "" if case["score"] else ", not scored"))
    if stories.get(case_id):
        print("        " + stories[case_id])
    if case.get("notes"):
        print("        note: " + case["notes"])


def main():
    options = arguments()
    try:
        expected = read_json(os.path.join(options.cases, "expected.json"))
    except (OSError, ValueError) as error:
        print("published_cases: no cases: %s" % error, file=sys.stderr)
        return 2
    if not options.results and not os.access(options.calx, os.X_OK):
        print("published_cases: %s is not there; build it, or give --calx or --results" % options.calx, file=sys.stderr)
        return 2
    stories = {}
    try:
        with open(os.path.join(options.cases, "stories.tsv"), encoding="utf-8") as file:
            for line in file:
                case_id, _, story = line.rstrip("\n").partition("\t")
                stories[case_id] = story
    except OSError:
        pass
    unknown = [i for i in options.case or [] if i not in expected]
    if unknown:
        print("published_cases: no case %s" % ", ".join(unknown), file=sys.stderr)
        return 2
    ids = [i for i in sorted(expected) if not options.case or i in options.case]

    runs = [("With histology", "bundles", options.results)]
    if not options.with_histology_only and (options.results_no_histology or not options.results):
        runs.append(("Without histology (the expectations are those with it)", "bundles-no-histology",
                     options.results_no_histology))
    counts, everything = [], {}
    for title, folder, results_folder in runs:
        answers = collect(options, ids, folder, results_folder)
        everything[folder] = answers
        counts.append(report(title, expected, answers, stories, options))

    with_histology = counts[0]
    checks = [("yes", options.bar_yes), ("provisional", options.bar_provisional), ("all", options.bar_all),
              ("acceptable", options.bar_acceptable), ("status", options.bar_status)]
    verdicts = [(name, "%.1f%%" % with_histology[name], "%g%%" % bar, with_histology[name] >= bar)
                for name, bar in checks if bar is not None]
    for name, bar in (("grave", options.bar_grave), ("failed", options.bar_failed)):
        if bar is not None:
            total = sum(c[name] for c in counts)
            verdicts.append((name, str(total), "at most %d" % bar, total <= bar))
    if verdicts:
        print()
        for name, got, bar, met in verdicts:
            print("bar %-12s %-8s (%s)  %s" % (name, got, bar, "met" if met else "NOT MET"))
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"counts": dict(zip((r[1] for r in runs), counts)), "answers": everything}, file, indent=2)
            file.write("\n")
    return 0 if all(v[3] for v in verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
