#!/usr/bin/env python3
"""tools/check_layers finds each kind of breach at its place, and nothing in a tree without one."""
import os
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LAYERS = """# comment
base:              ;
formats:           ; simdjson
values:            ;
engine: values formats ;
cli: engine        ;
"""
SOUND = {
    "src/LAYERS": LAYERS,
    "src/base/check.h": "#pragma once\n#include <string>\n",
    "src/values/value.h": '#pragma once\n#include "base/check.h"\n#include "calx/result.h"\n// we never throw\n',
    "src/values/value_test.cpp": '#include <gtest/gtest.h>\n#include <fstream>\nconst char* kind = "warfarin";\n',
    "src/formats/json.cpp": '#include <simdjson.h>\nconst char* text = "throw";\n',
    "src/engine/engine.cpp": '#include "calx/engine.h"\n#include "values/value.h"\n',
    "src/cli/main.cpp": "#include <unistd.h>\n#include <iostream>\nint f() { try { return 0; } catch (...) { return 1; } }\n",
    "include/calx/result.h": "#pragma once\n#include <string>\n",
    "include/calx/engine.h": '#pragma once\n#include "calx/result.h"\n',
}


def breaches(changes):
    with tempfile.TemporaryDirectory() as root:
        for path, text in {**SOUND, **changes}.items():
            os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
            with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                file.write(text)
        done = subprocess.run([os.path.join(ROOT, "tools", "check_layers"), root], capture_output=True, text=True,
                              check=False)
        lines = done.stdout.splitlines()[:-1]
        assert (done.returncode != 0) == bool(lines), done
        return lines


class CheckLayers(unittest.TestCase):
    def expect(self, changes, place, words):
        lines = breaches(changes)
        self.assertEqual(len(lines), 1, lines)
        self.assertTrue(lines[0].startswith(place + ": "), lines[0])
        self.assertIn(words, lines[0])

    def test_sound(self):
        self.assertEqual(breaches({}), [])

    def test_include_against_the_table(self):
        self.expect({"src/values/text.h": '\n#include "formats/json.h"\n', "src/formats/json.h": ""},
                    "src/values/text.h:2", "`values` may not include `formats`")

    def test_include_without_folder(self):
        self.expect({"src/values/text.h": '#include "value.h"\n'}, "src/values/text.h:1", "write the folder too")

    def test_include_of_nothing(self):
        self.expect({"src/values/text.h": '#include "values/other.h"\n'}, "src/values/text.h:1", "is not there")

    def test_public_header_too_early(self):
        self.expect({"src/values/text.h": '#include "calx/engine.h"\n'}, "src/values/text.h:1", "is for `engine`")

    def test_public_interface_includes_a_layer(self):
        self.expect({"include/calx/result.h": '#include "values/value.h"\n'}, "include/calx/result.h:1", "calx/ alone")

    def test_third_party_in_another_layer(self):
        self.expect({"src/values/text.cpp": "#include <simdjson.h>\n"}, "src/values/text.cpp:1", "may not use simdjson")

    def test_third_party_in_a_header(self):
        self.expect({"src/formats/json.h": "#include <simdjson.h>\n"}, "src/formats/json.h:1", "belongs in a .cpp")

    def test_gtest_outside_tests(self):
        self.expect({"src/values/text.cpp": "#include <gtest/gtest.h>\n"}, "src/values/text.cpp:1", "is for tests")

    def test_input_in_the_core(self):
        self.expect({"src/values/text.cpp": "#include <iostream>\n"}, "src/values/text.cpp:1", "in the core")

    def test_system_header_in_the_core(self):
        self.expect({"src/values/text.cpp": "#include <unistd.h>\n"}, "src/values/text.cpp:1", "standard library")

    def test_throw(self):
        self.expect({"src/values/text.cpp": "void f() {\n  throw 1;\n}\n"}, "src/values/text.cpp:2", "`throw`")

    def test_catch_outside_the_top(self):
        self.expect({"src/cli/run.cpp": "void f() {\n  try {} catch (...) {}\n}\n"}, "src/cli/run.cpp:2", "`catch`")

    def test_clinical_word_even_in_a_comment(self):
        self.expect({"src/values/text.cpp": "// for dialysis\n"}, "src/values/text.cpp:1", "clinical word")

    def test_empty_name(self):
        self.expect({"src/values/string_utils.h": ""}, "src/values/string_utils.h:1", "find the noun")

    def test_layer_without_row(self):
        self.expect({"src/other/a.h": ""}, "src/other/a.h:1", "no row")

    def test_edge_to_a_later_row(self):
        self.expect({"src/LAYERS": LAYERS.replace("values:            ;", "values: engine ;")},
                    "src/LAYERS:4", "may only name rows above it")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
