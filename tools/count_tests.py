# SPDX-License-Identifier: BSD-2-Clause
"""Adds up the results of several runs of meson test.

count_tests.py NAME=LOG.json ... prints what failed and was left out, then, as the
last line, the totals. LOG is meson's; "none" stands for a build that failed,
"skipped" for one that was left out. The exit status is 0 if tests ran and none failed.
"""
import json
import os
import re
import sys

PASSED = {'OK', 'EXPECTEDFAIL'}
SKIPPED = {'SKIP', 'IGNORED'}
TOTAL = re.compile(r'\d+ passed')


def last_line(entry):
    """What a test said last: why it was skipped, as a rule."""
    text = (entry.get('stdout') or '') + '\n' + (entry.get('stderr') or '')
    lines = [line.strip() for line in text.splitlines()
             if line.strip() and not TOTAL.match(line.strip())]
    return ': ' + lines[-1][:160] if lines else ''


def read(path):
    """(name, result) of every test in one log; reasons only where a test was skipped."""
    with open(path, encoding='utf-8') as f:
        return [(entry['name'] + (last_line(entry) if entry['result'] in SKIPPED else ''),
                 entry['result']) for entry in map(json.loads, f)]


def outcomes(argument):
    name, _, path = argument.partition('=')
    if path == 'none':
        return [(name, 'the build', 'FAIL')]
    if path == 'skipped':
        return [(name, 'all of it', 'SKIP')]
    if not os.path.exists(path):
        return [(name, 'the run', 'FAIL')]
    entries = read(path)
    return [(name, test, result) for test, result in entries] or [(name, 'no tests', 'FAIL')]


def main(arguments):
    passed, failed, skipped = [], [], []
    for name, test, result in (o for a in arguments for o in outcomes(a)):
        group = passed if result in PASSED else skipped if result in SKIPPED else failed
        group.append('%s: %s (%s)' % (name, test, result))
    for heading, group in (('Skipped', skipped), ('Failed', failed)):
        if group:
            print('%s:' % heading)
            print(''.join('  %s\n' % line for line in group), end='')
    if not passed and not failed:
        print('No test ran.')
    print('%d passed, %d failed, %d skipped' % (len(passed), len(failed), len(skipped)))
    return 0 if passed and not failed else 1


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
