#!/bin/sh
# Logs that stay on their hosts: GNU parallel asks each host by ssh, and this one merges.
#
#   parallel.sh HOSTS REPORT.json     HOSTS has the name of a host a line
#
# LOGS is what each host reads, READING the flags of scan, VERDICT those of merge, SSH the
# command. typoaudit must be on each host, and its user be able to read the logs.
set -eu
export LOGS="${LOGS:-/var/log/mail.log*}" READING="${READING:-}" SSH="${SSH:-ssh}" PARTS="${PARTS:-parts}"
mkdir -p "$PARTS"
rm -f "$PARTS"/*.part # of another day

# A partial gets its name when its host is done: 3 means that a part could not be read, which
# the partial says. Whatever else ends a task, it is tried again.
# shellcheck disable=SC2016 # it is for the shell of each task
parallel --will-cite --jobs 0 --retries 3 --halt soon,fail=1 '
  $SSH {} "typoaudit scan $READING --partial - $LOGS" > "$PARTS"/{}.new; status=$?
  case $status in 0|3) mv "$PARTS"/{}.new "$PARTS"/{}.part;; *) exit $status;; esac
' :::: "$1"

sed 's/$/.part/' "$1" > "$PARTS/expected"
# shellcheck disable=SC2086 # VERDICT has several words
typoaudit merge ${VERDICT:-} --expect "$PARTS/expected" -o "$2" "$PARTS"/*.part
