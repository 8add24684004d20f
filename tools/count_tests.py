# SPDX-License-Identifier: BSD-2-Clause
"""Adds up the results of several runs of meson test.

count_tests.py [--may-skip REGEX]... NAME=LOG.json ... prints what failed and was left
out, then, as the last line, the totals. LOG is meson's; "none" stands for a build that
failed, "skipped" for one that was left out. The exit status is 0 if tests ran and none
failed. With --may-skip every other skip is a failure, cases within a test included: where
everything is installed, a test that lacks something is a fault.
"""
import argparse
import json
import os
import re
import sys

PASSED = {'OK', 'EXPECTEDFAIL'}
SKIPPED = {'SKIP', 'IGNORED'}
PARTLY = 'SKIPPED WITHIN' # no test of its own: not in the totals
TOTAL = re.compile(r'\d+ passed')
CASES_SKIPPED = re.compile(r'^OK \(skipped=(\d+)\)', re.MULTILINE) # unittest's last line


def last_line(entry):
    """What a test said last: why it was skipped, as a rule."""
    text = (entry.get('stdout') or '') + '\n' + (entry.get('stderr') or '')
    lines = [line.strip() for line in text.splitlines()
             if line.strip() and not TOTAL.match(line.strip())]
    return ': ' + lines[-1][:160] if lines else ''


def read(path):
    """(name, result) of every test in one log; reasons only where a test was skipped."""
    with open(path, encoding='utf-8') as f:
        for entry in map(json.loads, f):
            name, result = entry['name'], entry['result']
            yield name + (last_line(entry) if result in SKIPPED else ''), result
            cases = CASES_SKIPPED.search(entry.get('stderr') or '')
            if cases and result in PASSED:
                yield '%s: %s of its cases' % (name, cases.group(1)), PARTLY


def outcomes(argument):
    name, _, path = argument.partition('=')
    if path == 'none':
        return [(name, 'the build', 'FAIL')]
    if path == 'skipped':
        return [(name, 'all of it', 'SKIP')]
    if not os.path.exists(path):
        return [(name, 'the run', 'FAIL')]
    return [(name, *entry) for entry in read(path)] or [(name, 'no tests', 'FAIL')]


def main(arguments):
    parser = argparse.ArgumentParser()
    parser.add_argument('--may-skip', action='append', metavar='REGEX')
    parser.add_argument('logs', nargs='*')
    options = parser.parse_intermixed_args(arguments)
    passed, failed, skipped, partly = [], [], [], []
    for name, test, result in (o for log in options.logs for o in outcomes(log)):
        line = '%s: %s (%s)' % (name, test, result)
        group = (passed if result in PASSED else partly if result == PARTLY
                 else skipped if result in SKIPPED else failed)
        if (result == PARTLY or result in SKIPPED) and options.may_skip is not None and not any(
                re.search(pattern, line) for pattern in options.may_skip):
            group = failed
            line += ', which must not be skipped here'
        group.append(line)
    for heading, group in (('Skipped', skipped + partly), ('Failed', failed)):
        if group:
            print('%s:' % heading)
            print(''.join('  %s\n' % line for line in group), end='')
    if not passed and not failed:
        print('No test ran.')
    print('%d passed, %d failed, %d skipped' % (len(passed), len(failed), len(skipped)))
    return 0 if passed and not failed else 1


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
