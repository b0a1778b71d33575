#!/bin/sh
# Platforms hand over volumes that belong to root. Started as root, this takes the data folder and then steps down for good.
set -eu
if [ "$(id -u)" = 0 ]; then
    chown ringbook:ringbook /data
    exec setpriv --reuid=ringbook --regid=ringbook --init-groups --no-new-privs ringbook "$@"
fi
exec ringbook "$@"
