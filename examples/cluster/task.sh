#!/bin/sh
# One task of a cluster: reads the log that a line of a list names, and writes its partial.
#
#   task.sh LIST NUMBER FOLDER     line NUMBER of LIST, counted from 1, becomes FOLDER/NUMBER.part
#
# It may be killed and run again, on any machine, also twice at once: the partial is there
# whole or not at all, and always the same. READING has the flags of reading, the same for all
# tasks (--since, --tz, --map ...).
set -u
log=$(sed -n "${2}p" "$1")
[ -n "$log" ] || { echo "task.sh: $1 has no line $2" >&2; exit 2; }
tries=3
while :; do
  # shellcheck disable=SC2086 # READING has several words
  typoaudit scan ${READING:-} --partial "$3/$2.part" "$log"
  status=$?
  case $status in
  0) exit 0 ;;
  3) exit 0 ;; # a part could not be read: the partial says so, and merge with it
  2) exit 2 ;; # it would not read the next time either
  esac
  tries=$((tries - 1))
  [ $tries -gt 0 ] || exit $status
done
