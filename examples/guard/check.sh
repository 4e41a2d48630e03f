#!/bin/sh
# Asks typoaudit guard --http unix:/run/typoaudit/http, as a webmail, rspamd or Haraka may do:
#
#	check.sh LOGIN SENDER RECIPIENT
#
# The answer says in "action" whether the mail is to pass or warn, or to be refused with "code"
# and "text". Where nobody answers within a second, it is to pass.
json() {
	printf '%s' "$1" | tr -d '\000-\037\177' | sed 's/[\\"]/\\&/g'
}
exec curl --silent --max-time 1 --unix-socket "${TYPOAUDIT_HTTP:-/run/typoaudit/http}" --header 'Content-Type: application/json' \
	--data "{\"login\": \"$(json "$1")\", \"sender\": \"$(json "$2")\", \"recipient\": \"$(json "$3")\"}" http://localhost/check
