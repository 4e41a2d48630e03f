#!/bin/sh
# What runs left behind goes when the package is purged (dpkg), and stays otherwise.
set -e
if [ "$1" = purge ]; then
	rm -rf /var/lib/private/typoaudit /var/lib/typoaudit /etc/typoaudit
fi
