#!/usr/bin/env bash
# Takes pictures of a tray app on a real panel, for the README and for a look with one's own eyes. Not part of `npm test`.
#
#   test/support/panel.sh OUTPUT_FOLDER COMMAND [ARGUMENT...]
#   e.g.  panel.sh /tmp/pictures "$(node test/support/electron-runtime.mjs)/electron" --no-sandbox .
#
# Leaves panel.png (the icon), tooltip.png, menu.png (right click) and click.png (left click, after it has drawn) in the folder,
# and prints where the icon was found. It looks for the icon where the panel changed once the app ran.
# PANEL is whose panel: `xfce` (default) and `lxqt` show what is registered on the session bus, `trayer` is an old XEmbed tray.
# PANEL_SETTLE is how many seconds the app gets to draw after each step (default 1.5); PANEL_SIZE the screen (default 1000x640).
set -eu

if [ $# -lt 2 ]; then
  sed -n '4,5p' "$0" >&2
  exit 64
fi
here=$(cd "$(dirname "$0")" && pwd)
panel=${PANEL:-xfce}
size=${PANEL_SIZE:-1000x640}
settle=${PANEL_SETTLE:-1.5}
panel_height=30

case $panel in
  xfce) panel_part=xfce4-panel ;;
  lxqt) panel_part=lxqt-panel ;;
  trayer) panel_part=trayer ;;
  *)
    echo 'PANEL is xfce, lxqt or trayer' >&2
    exit 64
    ;;
esac

check_parts() {
  missing=
  for part in Xvfb:xvfb openbox:openbox "$panel_part:$panel_part" xdotool:xdotool import:imagemagick xsetroot:x11-xserver-utils dbus-send:dbus; do
    command -v "${part%%:*}" >/dev/null || missing="$missing ${part#*:}"
  done
  [ -n "$missing" ] || return 0
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing:$missing"
    apt-get -q -o DPkg::Lock::Timeout=300 update >/dev/null
    # shellcheck disable=SC2086 # a list of names
    DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends $missing >/dev/null
  else
    echo "missing; run: sudo apt-get install -y --no-install-recommends$missing" >&2
    exit 69
  fi
}

# Asks the D-Bus daemon or the panel's watcher for one property or answer, as plain text.
ask() { dbus-send --session --print-reply=literal "$@" 2>/dev/null || true; }
watcher_ready() {
  ask --dest=org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus.NameHasOwner string:org.kde.StatusNotifierWatcher |
    grep -q 'boolean true'
}
trayer_ready() { xdotool search --class trayer >/dev/null 2>&1; }
icon_shown() {
  picture "$HOME/now.png"
  [ -n "$(changed_spot "$HOME/before.png" "$HOME/now.png")" ]
}
wait_for() {
  what=$1
  shift
  for _ in $(seq 200); do
    if "$@"; then return 0; fi
    sleep 0.1
  done
  echo "panel.sh: $what" >&2
  cat "$HOME"/*.log >&2 || true
  exit 70
}
picture() { import -window root "$1"; }

# Each panel stands at the top with nothing but a tray in it: a clock would change the picture by itself.
start_panel() {
  case $panel in
    xfce)
      write_xfce_settings
      xfce4-panel --disable-wm-check >"$HOME/panel.log" 2>&1 &
      ;;
    lxqt)
      write_lxqt_settings
      lxqt-panel >"$HOME/panel.log" 2>&1 &
      ;;
    trayer)
      trayer --edge top --align right --widthtype request --heighttype pixel --height "$panel_height" --SetDockType true \
        --tint 0x2b2b2b --alpha 0 --transparent true >"$HOME/panel.log" 2>&1 &
      ;;
  esac
  children="$children $!"
  if [ "$panel" = trayer ]; then
    wait_for 'the panel did not start' trayer_ready
  else
    wait_for 'the panel did not start' watcher_ready
  fi
}

write_lxqt_settings() {
  mkdir -p "$XDG_CONFIG_HOME/lxqt"
  cat >"$XDG_CONFIG_HOME/lxqt/panel.conf" <<CONF
panels=panel1

[panel1]
alignment=-1
iconSize=22
lineCount=1
panelSize=$panel_height
plugins=spacer, statusnotifier
position=Top
width=100
width-percent=true

[spacer]
expandable=true
type=spacer

[statusnotifier]
type=statusnotifier
CONF
}

write_xfce_settings() {
  settings=$XDG_CONFIG_HOME/xfce4/xfconf/xfce-perchannel-xml
  mkdir -p "$settings"
  cat >"$settings/xfce4-panel.xml" <<XML
<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=6;x=0;y=0"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="length" type="uint" value="100"/>
      <property name="size" type="uint" value="$panel_height"/>
      <property name="icon-size" type="uint" value="22"/>
      <property name="plugin-ids" type="array">
        <value type="int" value="1"/>
        <value type="int" value="2"/>
      </property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="separator">
      <property name="expand" type="bool" value="true"/>
      <property name="style" type="uint" value="0"/>
    </property>
    <property name="plugin-2" type="string" value="systray">
      <property name="square-icons" type="bool" value="true"/>
    </property>
  </property>
</channel>
XML
}

# The centre of what changed in the panel between two pictures, as "X Y"; nothing when nothing changed.
changed_spot() {
  convert "$1" "$2" -compose difference -composite -crop "${size%x*}x$panel_height+0+0" +repage \
    -colorspace gray -threshold 8% -format '%@' info: 2>/dev/null |
    awk -F'[x+]' '$1 > 0 && $2 > 0 { printf "%d %d\n", $3 + $1 / 2, $4 + $2 / 2 }'
}

take_pictures() {
  out=$1
  shift
  children=
  trap 'for pid in $children; do kill "$pid" 2>/dev/null || true; done; wait 2>/dev/null || true' EXIT
  xsetroot -solid '#3b4a5a'
  openbox >"$HOME/openbox.log" 2>&1 &
  children="$children $!"
  start_panel
  xdotool mousemove "$((${size%x*} / 2))" 400
  sleep "$settle"
  picture "$HOME/before.png"

  "$@" >"$HOME/app.log" 2>&1 &
  children="$! $children"
  wait_for 'the panel shows no icon' icon_shown
  sleep "$settle"
  picture "$out/panel.png"
  read -r x y <<<"$(changed_spot "$HOME/before.png" "$out/panel.png")" || true
  if [ -z "${x:-}" ]; then
    echo 'panel.sh: the icon is gone again' >&2
    exit 70
  fi
  echo "icon at $x,$y"

  xdotool mousemove "$x" "$y"
  sleep "$settle"
  picture "$out/tooltip.png"
  xdotool click 3
  sleep "$settle"
  picture "$out/menu.png"
  xdotool key Escape
  sleep 0.5
  xdotool click 1
  sleep "$settle"
  picture "$out/click.png"
}

if [ "$1" = --inside ]; then
  shift
  take_pictures "$@"
  exit 0
fi

check_parts
mkdir -p "$1"
out=$(cd "$1" && pwd)
shift
number=$(mktemp)
Xvfb -displayfd 3 -screen 0 "${size}x24" -nolisten tcp -noreset 3>"$number" >/dev/null 2>&1 &
server=$!
trap 'kill $server 2>/dev/null || true; rm -f "$number"' EXIT
for _ in $(seq 100); do
  [ -s "$number" ] && break
  sleep 0.05
done
# As a user sees it: no variable of this machine's own desktop.
env -u WAYLAND_DISPLAY DISPLAY=":$(cat "$number")" "$here/with-keyring.sh" "$0" --inside "$out" "$@"
