#!/bin/sh
# Notifies the security desk of what arrived at a stranger in the window of a report (new=true:
# no earlier report had it), of wrong addresses in alias maps, and of what could not be read,
# one line each: for a pager, or a SIEM that takes syslog.
set -eu
report=${1:-/var/lib/typoaudit/report.json}
typoaudit report "$report" --template "$(dirname "$0")/../templates/syslog.tmpl" | logger -t typoaudit -p mail.warning
