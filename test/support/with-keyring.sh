#!/usr/bin/env bash
# Runs a command in a private D-Bus session with an unlocked, throw-away gnome-keyring.
#
#   with-keyring.sh [--no-secret-service] COMMAND [ARGUMENT...]
#
# Everything the command could leave behind (home, XDG folders, keyring files, bus socket) lies in one temporary folder that is
# removed at the end, so neither the developer's keyring nor their settings are ever read or written.
#
# --no-secret-service starts a bus on which nothing can be activated, which is what a machine without a keychain looks like.
#
# Set in the command's environment beside the usual variables:
#   TOKENTRAY_TEST_CACHE              where test tools that are expensive to fetch are kept; taken from the real HOME
#   TOKENTRAY_TEST_KEYRING_PASSWORD   what unlocks the keyring
set -eu

service=gnome-keyring
if [ "${1-}" = --no-secret-service ]; then
  service=none
  shift
fi
if [ $# -eq 0 ]; then
  echo 'usage: with-keyring.sh [--no-secret-service] COMMAND [ARGUMENT...]' >&2
  exit 64
fi

# The cache is resolved before HOME is replaced; otherwise every session would fetch the Electron runtime again.
real_home=${HOME:-$(getent passwd "$(id -u)" | cut -d: -f6 || true)}
export TOKENTRAY_TEST_CACHE=${TOKENTRAY_TEST_CACHE:-${XDG_CACHE_HOME:-${real_home:-/tmp}/.cache}/tokentray-test}
export TOKENTRAY_TEST_KEYRING_PASSWORD=${TOKENTRAY_TEST_KEYRING_PASSWORD:-throw-away}

# Directly below /tmp, whatever TMPDIR says: socket paths may have no more than 107 bytes.
session=$(mktemp -d /tmp/tt-session.XXXXXX)
bus_pid=
keyring_pid=

end_session() {
  trap - EXIT INT TERM HUP
  [ -z "$keyring_pid" ] || kill "$keyring_pid" 2>/dev/null || true
  [ -z "$bus_pid" ] || kill "$bus_pid" 2>/dev/null || true
  # Both are waited for: a keyring daemon that still writes would put the folder back after it was removed.
  wait 2>/dev/null || true
  rm -rf "$session"
}
trap end_session EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

export HOME=$session/home
export XDG_DATA_HOME=$HOME/.local/share XDG_CONFIG_HOME=$HOME/.config XDG_CACHE_HOME=$HOME/.cache XDG_STATE_HOME=$HOME/.local/state
export XDG_RUNTIME_DIR=$session/run
unset GNOME_KEYRING_CONTROL SSH_AUTH_SOCK DBUS_SESSION_BUS_PID DBUS_STARTER_ADDRESS DBUS_STARTER_BUS_TYPE
mkdir -p "$XDG_DATA_HOME" "$XDG_CONFIG_HOME" "$XDG_CACHE_HOME" "$XDG_STATE_HOME"
mkdir -m 700 "$XDG_RUNTIME_DIR"

# A socket with a path, not an abstract one: clients written in plain Node cannot reach abstract sockets.
export DBUS_SESSION_BUS_ADDRESS=unix:path=$XDG_RUNTIME_DIR/bus
bus_config=/usr/share/dbus-1/session.conf
if [ "$service" = none ]; then
  bus_config=$session/no-services.conf
  cat >"$bus_config" <<'XML'
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
XML
fi
# The bus gets no DISPLAY. It is the bus that starts the dialog asking for a keyring's password; without a display that dialog
# fails at once and counts as dismissed, where with one it would wait for an answer that no test ever types.
env -u DISPLAY -u WAYLAND_DISPLAY dbus-daemon --config-file="$bus_config" --address="$DBUS_SESSION_BUS_ADDRESS" \
  --nofork --nopidfile --nosyslog >/dev/null 2>"$session/bus.log" &
bus_pid=$!

# Waits for a command to succeed, up to ten seconds; $1 is what to say when it never does.
wait_until() {
  what=$1
  shift
  for _ in $(seq 200); do
    if "$@"; then return 0; fi
    sleep 0.05
  done
  echo "with-keyring.sh: $what" >&2
  cat "$session"/*.log >&2 2>/dev/null || true
  exit 70
}
bus_listens() { [ -S "$XDG_RUNTIME_DIR/bus" ]; }
secrets_owned() {
  dbus-send --session --print-reply=literal --dest=org.freedesktop.DBus /org/freedesktop/DBus \
    org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets 2>/dev/null | grep -q 'boolean true'
}
wait_until 'the D-Bus daemon did not start' bus_listens

if [ "$service" = gnome-keyring ]; then
  # The password is handed over at start. A keyring that D-Bus activates by itself has none yet and asks for one on the screen,
  # which is why a bare dbus-run-session hangs.
  printf %s "$TOKENTRAY_TEST_KEYRING_PASSWORD" |
    env -u DISPLAY -u WAYLAND_DISPLAY gnome-keyring-daemon --foreground --unlock --components=secrets \
      >/dev/null 2>"$session/keyring.log" &
  keyring_pid=$!
  wait_until 'the keyring did not appear on the bus' secrets_owned
fi

# Not exec: the session has to outlive the command to be cleared away. The keyring's password stays out of the command's stdin.
set +e
"$@"
status=$?
exit $status
