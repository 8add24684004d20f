# SPDX-License-Identifier: BSD-2-Clause
"""The last line of ./run test tells the truth."""
import contextlib
import io
import json
import os
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import count_tests  # noqa: E402


class Count(unittest.TestCase):
    def count(self, *results, extra=(), stderr=''):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, 'log.json')
            with open(path, 'w', encoding='utf-8') as f:
                for i, result in enumerate(results):
                    f.write(json.dumps({'name': 'test %d' % i, 'result': result,
                                        'stdout': 'first\nno pictures\n\n',
                                        'stderr': stderr}) + '\n')
            text = io.StringIO()
            with contextlib.redirect_stdout(text):
                status = count_tests.main(['a=' + path, *extra])
            return status, text.getvalue().splitlines()

    def test_all_well(self):
        self.assertEqual(self.count('OK', 'OK', 'EXPECTEDFAIL'),
                         (0, ['3 passed, 0 failed, 0 skipped']))

    def test_every_kind_of_failure_counts(self):
        for result in ('FAIL', 'TIMEOUT', 'ERROR', 'INTERRUPT', 'UNEXPECTEDPASS', 'something new'):
            status, lines = self.count('OK', result, 'SKIP')
            self.assertEqual((status, lines[-1]), (1, '1 passed, 1 failed, 1 skipped'))
            self.assertIn('  a: test 1 (%s)' % result, lines)
            self.assertIn('  a: test 2: no pictures (SKIP)', lines)

    def test_nothing_run_is_a_failure(self):
        self.assertEqual(self.count('SKIP')[0], 1)
        self.assertEqual(self.count()[0], 1)
        self.assertEqual(self.count(extra=['b=skipped'])[0], 1)

    def test_only_some_may_be_skipped(self):
        may = ['--may-skip', 'no pic', '--may-skip', '^b: ']
        self.assertEqual(self.count('OK', 'SKIP', extra=[*may, 'b=skipped'])[0], 0)
        for extra in (['--may-skip', '^b: '], ['--may-skip', 'no pic', 'c=skipped']):
            status, lines = self.count('OK', 'SKIP', extra=extra)
            self.assertEqual((status, lines[-1].split(',')[1]), (1, ' 1 failed'))

    def test_cases_skipped_within_a_test(self):
        text = 'Ran 3 tests in 1s\n\nOK (skipped=2)\n'
        status, lines = self.count('OK', stderr=text)
        self.assertEqual((status, lines[-1]), (0, '1 passed, 0 failed, 0 skipped'))
        self.assertIn('  a: test 0: 2 of its cases (SKIPPED WITHIN)', lines)
        self.assertEqual(self.count('OK', stderr=text, extra=['--may-skip', 'x'])[0], 1)
        self.assertEqual(self.count('OK', stderr=text, extra=['--may-skip', 'cases'])[0], 0)

    def test_builds(self):
        status, lines = self.count('OK', extra=['b=none', 'c=skipped', 'd=/nonexistent'])
        self.assertEqual((status, lines[-1]), (1, '1 passed, 2 failed, 1 skipped'))


if __name__ == '__main__':
    unittest.main()
