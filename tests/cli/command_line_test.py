#!/usr/bin/env python3
"""Runs the calx binary as a person would: every kind of bad input gets its sentence and its exit code, and nothing
else is lost. Usage: command_line_test.py BINARY [unittest arguments]"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
TOY = HERE / 'guideline'
BINARY = ''


def calx(*arguments, stdin=None, environment=None):
    everything = {k: v for k, v in os.environ.items() if k not in ('CALX_CONTENT', 'NO_COLOR')}
    everything.update({'TZ': 'UTC'}, **(environment or {}))
    return subprocess.run([BINARY, *map(str, arguments)], input=stdin, capture_output=True, env=everything,
                          cwd=HERE, timeout=120)


class Temporary(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def expect(self, run, code, *parts):
        errors = run.stderr.decode()
        self.assertEqual(run.returncode, code, errors)
        for part in parts:
            self.assertIn(part, errors)
        if code != 0:
            self.assertEqual(run.stdout, b'' if code != 1 else run.stdout)


def warm_record():
    return json.loads((TOY / 'cases/warm/patient.json').read_text())


class Assess(Temporary):
    def assess(self, record, *arguments, **more):
        return calx('assess', record, '--guideline', TOY, '--at', '2026-01-15T12:00:00Z', *arguments, **more)

    def results(self, record, *arguments):
        run = self.assess(record, '--format', 'json', *arguments)
        self.assertEqual(run.returncode, 0, run.stderr.decode())
        return json.loads(run.stdout)

    def test_text(self):
        run = self.assess(TOY / 'cases/warm/patient.json')
        self.expect(run, 0)
        text = run.stdout.decode()
        for part in ('A toy assessment', 'Patient/p1, 2026-01-15T12:00:00Z', 'FEVER', '37.20', 'after a walk — 東京',
                     'A begun → [B going on] → C done', 'next: done', 'A toy guideline (toy) 1.2.3', 'sha256:',
                     'for tests only'):
            self.assertIn(part, text)
        self.assertNotIn('Never shown', text)
        self.assertNotIn('\x1b', text)
        self.assertLess(text.index('look first'), text.index('look again'))
        self.assertLess(text.index('look again'), text.index('some day'))

    def test_width(self):
        text = self.assess(TOY / 'cases/warm/patient.json', '--width', '44').stdout.decode()
        for line in text.splitlines():
            if not line.startswith('sha256:'):
                self.assertLessEqual(sum(2 if ord(c) > 0x2E80 else 1 for c in line), 44, line)

    def test_json(self):
        document = self.results(TOY / 'cases/warm/patient.json')
        self.assertEqual(document['format'], 1)
        self.assertEqual(document['guideline']['id'], 'toy')
        self.assertEqual(document['guideline']['notice'], 'for tests only')
        self.assertTrue(document['guideline']['contentHash'].startswith('sha256:'))
        self.assertEqual((document['subject'], document['at']), ('p1', '2026-01-15T12:00:00Z'))
        results = document['results']
        self.assertEqual(results['Highest'], {'value': 39.5, 'unit': 'Cel'})
        self.assertEqual(results['Fever Code'],
                         {'code': '386661006', 'system': 'http://snomed.info/sct', 'display': 'Fever'})
        self.assertEqual(results['Stay'],
                         {'low': '2026-01-01', 'high': '2026-01-10', 'lowClosed': True, 'highClosed': False})
        self.assertEqual(results['Resources'], [{'reference': 'Observation/t1'}, {'reference': 'Observation/t2'}])
        self.assertIsNone(results['Nothing'])
        self.assertNotIn('Hidden', results)
        self.assertEqual((document['errors'], document['issues']), ({}, []))
        whole = self.results(TOY / 'cases/warm/patient.json', '--resources', 'full')
        self.assertEqual(whole['results']['Resources'][1]['note'][0]['text'], 'after a walk — 東京')

    def test_decimals_are_kept_as_written(self):
        run = self.assess(TOY / 'cases/warm/patient.json', '--format', 'json')
        self.assertIn(b'"value": 37.20', run.stdout)

    def test_ways_to_give_a_record(self):
        record = warm_record()
        wanted = self.results(TOY / 'cases/warm/patient.json')
        as_lines = ''.join(json.dumps(entry['resource']) + '\n' for entry in record['entry'])
        self.assertEqual(self.results(self.file('lines.ndjson', as_lines)), wanted)
        marked = b'\xef\xbb\xbf' + json.dumps(record).encode()
        self.assertEqual(self.results(self.file('marked.json', marked)), wanted)
        piped = self.assess('-', '--format', 'json', stdin=json.dumps(record).encode())
        self.assertEqual(json.loads(piped.stdout), wanted)
        self.assertEqual(self.results(TOY / 'cases/unknown/patient.json')['results']['Fever'], 'unknown')

    def test_moments(self):
        record = TOY / 'cases/unknown/patient.json'
        asked = lambda at, **environment: json.loads(
            calx('assess', record, '--guideline', TOY, '--format', 'json', '--at', at, environment=environment).stdout)['at']
        self.assertEqual(asked('2026-01-15'), '2026-01-15T23:59:59Z')
        self.assertEqual(asked('2026-07-15', TZ='Europe/Berlin')[:19], '2026-07-15T23:59:59')
        self.assertEqual(asked('2026-01-15T08:00:00'), '2026-01-15T08:00:00Z')
        self.assertEqual(asked('2026-01-15T08:00:00-05:00'), '2026-01-15T08:00:00-05:00')
        for wrong in ('2026-02-30', 'yesterday', '2026-01'):
            self.expect(calx('assess', record, '--guideline', TOY, '--at', wrong), 2, wrong)

    def test_no_colour_on_a_pipe(self):
        run = self.assess(TOY / 'cases/warm/patient.json', environment={'NO_COLOR': '1'})
        self.assertNotIn(b'\x1b', run.stdout)

    def test_escape_sequences_of_a_record_do_not_reach_the_terminal(self):
        record = warm_record()
        record['entry'][2]['resource']['note'][0]['text'] = 'red \x1b[31m bell \x07'
        run = self.assess(self.file('escape.json', json.dumps(record)))
        self.expect(run, 0)
        self.assertNotIn(b'\x1b', run.stdout)
        self.assertNotIn(b'\x07', run.stdout)

    # Records that cannot be read: exit code 3

    def test_not_json(self):
        self.expect(self.assess(self.file('r.json', '{"a": 1,\n "b" 2}')), 3, 'not JSON', 'line 2, column 6')

    def test_truncated(self):
        text = (TOY / 'cases/warm/patient.json').read_text()
        self.expect(self.assess(self.file('r.json', text[:len(text) // 2])), 3, 'cut off', 'line ')

    def test_empty(self):
        self.expect(self.assess(self.file('r.json', '')), 3, 'empty')
        self.expect(self.assess('-', stdin=b''), 3, 'standard input', 'empty')

    def test_not_fhir(self):
        self.expect(self.assess(self.file('r.json', '{"hello": "world"}')), 3, 'not FHIR', 'resourceType')
        self.expect(self.assess(self.file('r.json', '[1, 2]')), 3, 'not FHIR')
        self.expect(self.assess(self.file('r.xml', '<Bundle xmlns="http://hl7.org/fhir"/>')), 3, 'line 1, column 1')

    def test_other_version(self):
        record = {'resourceType': 'Bundle', 'type': 'collection',
                  'entry': [{'resource': {'resourceType': 'Patient', 'id': 'x'}},
                            {'resource': {'resourceType': 'MedicationOrder', 'id': 'm'}}]}
        self.expect(self.assess(self.file('r.json', json.dumps(record))), 3, 'R4', 'MedicationOrder')

    def test_no_patient(self):
        record = warm_record()
        del record['entry'][0]
        self.expect(self.assess(self.file('r.json', json.dumps(record))), 3, 'no Patient')

    def test_two_patients(self):
        record = warm_record()
        record['entry'].append({'resource': {'resourceType': 'Patient', 'id': 'p9'}})
        path = self.file('r.json', json.dumps(record))
        self.expect(self.assess(path), 3, '2 patients', 'p1', 'p9')
        self.assertEqual(self.results(path, '--subject', 'p1')['results']['Fever'], 'yes')
        self.assertEqual(self.results(path, '--subject', 'p9')['results']['Fever'], 'unknown')
        self.expect(self.assess(path, '--subject', 'nobody'), 3, 'nobody')

    def test_too_large(self):
        path = self.folder / 'large.json'
        with open(path, 'wb') as file:
            file.truncate(5 << 30)  # sparse: takes no room
        self.expect(self.assess(path), 3, 'larger than 4 GB')

    def test_directory_and_missing_file(self):
        self.expect(self.assess(self.folder), 3, 'is a directory')
        self.expect(self.assess(self.folder / 'nothing.json'), 3, 'there is no file')

    @unittest.skipIf(os.geteuid() == 0, 'root may read everything')
    def test_unreadable_file(self):
        path = self.file('r.json', '{}')
        path.chmod(0)
        self.expect(self.assess(path), 3, 'cannot be opened')

    def test_deep_nesting(self):
        for text in ('[' * 10000 + ']' * 10000, '{"resourceType":"Bundle","entry":' + '[' * 10000 + ']' * 10000 + '}'):
            self.expect(self.assess(self.file('r.json', text)), 3, 'nest', '512')

    def test_invalid_utf8(self):
        text = (TOY / 'cases/warm/patient.json').read_bytes().replace(b'"p1"', b'"p\xff1"', 1)
        self.expect(self.assess(self.file('r.json', text)), 3, 'UTF-8', 'line ')

    # Trouble inside a readable record: an issue, and the rest is kept

    def issue(self, change, *parts, fever='yes'):
        record = warm_record()
        change(record['entry'])
        path = self.file('r.json', json.dumps(record))
        document = self.results(path)
        self.assertEqual(document['results']['Fever'], fever)
        text = self.assess(path).stdout.decode()
        self.assertIn('Trouble in the record', text)
        message = ' '.join(issue['where'] + ' ' + issue['message'] for issue in document['issues'])
        for part in parts:
            self.assertIn(part, message)

    def test_element_of_the_wrong_type(self):
        self.issue(lambda entry: entry[1]['resource'].update(status=5), 'Observation/t1.status', 'string')

    def test_resource_twice(self):
        self.issue(lambda entry: entry.append(entry[2]), 'Observation/t2', 'twice')

    def test_unknown_unit(self):
        self.issue(lambda entry: entry[1]['resource']['valueQuantity'].update(unit='wobbles', code='wobbles'),
                   'Observation/t1.valueQuantity', 'wobbles', fever='unknown')

    def test_date_that_does_not_exist(self):
        self.issue(lambda entry: entry[1]['resource'].update(effectiveDateTime='2023-02-30'),
                   'Observation/t1.effectiveDateTime', '2023-02-30')


class Guideline(Temporary):
    """A mistake in a guideline: exit code 1, every mistake in one run."""

    def setUp(self):
        super().setUp()
        self.guideline = self.folder / 'guideline'
        shutil.copytree(TOY, self.guideline)

    def change(self, name, old, new):
        path = self.guideline / name
        text = path.read_text()
        self.assertIn(old, text)
        path.write_text(text.replace(old, new, 1))

    def mistakes(self, *parts):
        run = calx('check', self.guideline)
        text = run.stdout.decode()
        self.assertEqual(run.returncode, 1, text)
        for part in parts:
            self.assertIn(part, text)
        assess = calx('assess', TOY / 'cases/warm/patient.json', '--guideline', self.guideline)
        self.expect(assess, 1, 'does not compile')
        self.expect(calx('test', self.guideline), 1, 'does not compile')
        return text

    def test_sound(self):
        run = calx('check', self.guideline)
        self.assertEqual(run.returncode, 0, run.stdout)
        self.assertIn(b'no mistake', run.stdout)
        self.assertIn(b'toy 1.2.3', run.stdout)

    def test_content_hash(self):
        first = calx('check', self.guideline).stdout
        self.assertEqual(first, calx('check', TOY).stdout)
        self.change('messages/en.json', 'FEVER', 'Fever')
        self.assertNotEqual(first, calx('check', self.guideline).stdout)

    def test_syntax_error(self):
        self.change('cql/Facts.cql', "O where O.status", 'O where )')
        self.mistakes('cql/Facts.cql:11:', 'error[CALX1')

    def test_unknown_name(self):
        self.change('cql/Facts.cql', 'Max("Temperatures"', 'Max("Temperature s"')
        self.mistakes('cql/Facts.cql:14:', 'CALX2001', "did you mean")

    def test_missing_value_set(self):
        (self.guideline / 'valuesets/temperature.json').unlink()
        self.mistakes('cql/Facts.cql:7:', 'http://example.org/ValueSet/temperature')

    def test_missing_library(self):
        (self.guideline / 'cql/Facts.cql').unlink()
        self.mistakes('cql/Toy.cql:6:', 'CALX2002', "'Facts'")

    def test_circular_include(self):
        self.change('cql/Facts.cql', "include FHIRHelpers", "include Toy\ninclude FHIRHelpers")
        text = self.mistakes('CALX2003', 'Facts includes Toy', 'Toy includes Facts')
        self.assertNotIn('CALX2002', text)

    def test_all_mistakes_in_one_run(self):
        self.change('cql/Facts.cql', 'Max("Temperatures"', 'Max("Temperature s"')
        self.change('cql/Toy.cql', 'First(T.note.text)', 'First(T.nota.text)')
        self.change('views/assessment.json', '"define": "Plan"', '"define": "Plam"')
        self.change('views/assessment.json', '"shape": "table"', '"shape": "tabel"')
        self.change('views/assessment.json', '{next|stage}', '{next|stag}')
        self.change('views/assessment.json', '"{what}"', '"{what"')
        self.change('messages/en.json', '"begun"', '1')
        self.change('valuesets/temperature.json', '"compose"', '"compose" "x"')
        self.mistakes('cql/Facts.cql:14:', 'cql/Toy.cql:27:', "no public define 'Plam'", "did you mean 'Plan'?",
                      "no shape 'tabel'", "did you mean 'table'?", "no table of words 'stag'", 'CALX3205',
                      'messages/en.json:17:', 'valuesets/temperature.json:', 'line 5, column 13')

    def test_guideline_file(self):
        self.change('guideline.json', '"library": "Toy"', '"library": "Toi"')
        self.mistakes('guideline.json:6:', "did you mean 'Toy'?")
        (self.guideline / 'guideline.json').write_text('{"format": 99}')
        self.mistakes('guideline.json:1:', 'format 99')
        (self.guideline / 'guideline.json').unlink()
        self.mistakes('guideline.json is missing')

    def test_no_guideline(self):
        self.expect(calx('check', self.folder / 'nothing'), 2, 'nothing')
        self.expect(calx('check', self.folder), 2, 'is no guideline')
        self.expect(calx('check', TOY / 'guideline.json'), 2, 'is no folder')

    def test_content_folder(self):
        record = TOY / 'cases/warm/patient.json'
        content = self.folder / 'content'
        (content / 'guidelines').mkdir(parents=True)
        self.expect(calx('assess', record, '--content', content), 2, 'no guideline')
        shutil.copytree(TOY, content / 'guidelines/toy')
        self.expect(calx('assess', record, '--content', content), 0)
        self.expect(calx('assess', record, environment={'CALX_CONTENT': str(content)}), 0)
        shutil.copytree(TOY, content / 'guidelines/toy2')
        self.expect(calx('assess', record, '--content', content), 2, 'several guidelines', 'toy2')

    # Cases

    def test_cases_pass(self):
        run = calx('test', self.guideline)
        self.assertEqual(run.returncode, 0, run.stdout)
        self.assertIn(b'2 cases: 2 passed, 0 failed', run.stdout)
        run = calx('test', self.guideline, '--case', 'warm')
        self.assertIn(b'1 case: 1 passed', run.stdout)
        self.expect(calx('test', self.guideline, '--case', 'wram'), 2, "did you mean 'warm'?")

    def test_differences(self):
        expected = {'at': '2026-01-15', 'results': {
            'Fever': 'no', 'Feever': 'yes', 'Highest': {'value': 40}, 'Nothing': {'not': None},
            'Plan': [{'what': 'look again'}],
            'Readings': {'contains': [{'id': 't1', 'note': {'like': 'walk'}}, {'id': 't7'}],
                         'excludes': [{'id': 't2'}], 'count': 3}}}
        (self.guideline / 'cases/warm/expected.json').write_text(json.dumps(expected))
        run = calx('test', self.guideline)
        self.assertEqual(run.returncode, 1)
        text = run.stdout.decode()
        for part in ('ok    unknown', 'FAIL  warm', '"no" ', '| "yes"', 'no such define', 'Highest.value', '| 39.5',
                     'Readings[id t1].note', 'no such entry', 'entries: 3', '| entries: 2', 'nothing like',
                     '2 cases: 1 passed, 1 failed'):
            self.assertIn(part, text)

    def test_case_that_cannot_be_read(self):
        (self.guideline / 'cases/warm/patient.json').write_text('{')
        (self.guideline / 'cases/unknown/expected.json').write_text('{"results": 1,}')
        run = calx('test', self.guideline)
        self.assertEqual(run.returncode, 1)
        self.assertIn(b'2 cases: 0 passed, 2 failed', run.stdout)


class Usage(Temporary):
    def test_version_and_help(self):
        run = calx('--version')
        self.expect(run, 0)
        self.assertRegex(run.stdout.decode(), r'^calx \d+\.\d+\.\d+ ')
        for arguments in (['help'], ['--help'], ['help', 'assess'], ['assess', '--help'], ['test', '-h']):
            run = calx(*arguments)
            self.expect(run, 0)
            self.assertIn(b'usage:', run.stdout)

    def test_wrong_use(self):
        self.expect(calx(), 2, 'usage:')
        self.expect(calx('asses'), 2, "did you mean 'assess'?", 'usage:')
        self.expect(calx('help', 'tset'), 2, "did you mean 'test'?")
        self.expect(calx('assess'), 2, 'needs a RECORD', 'usage:')
        self.expect(calx('assess', 'a', 'b'), 2, "'b'")
        self.expect(calx('assess', 'a', '--gideline', 'x'), 2, "did you mean '--guideline'?")
        self.expect(calx('assess', 'a', '--at'), 2, "'--at' needs a value")
        self.expect(calx('assess', 'a', '--at', '1', '--at', '2'), 2, 'twice')
        self.expect(calx('assess', 'a', '--format', 'xml'), 2, "'xml'")
        self.expect(calx('assess', 'a', '--width', 'wide'), 2, "'wide'")
        self.expect(calx('assess', TOY / 'cases/warm/patient.json', '--guideline', TOY, '--view', 'letter'), 2, 'letter')


if __name__ == '__main__':
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    BINARY = str(pathlib.Path(sys.argv.pop(1)).resolve())
    unittest.main()
