#!/usr/bin/env bash
# Shows the app without a display: a virtual screen, a real notification service, sample orders, and
# pictures in target/demo/. Takes about 20 s. Everything it starts is its own and is ended at the end.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "$0")/common.sh"

app=target/debug/chapfood-notifications
chapfood=target/debug/chapfood
pictures=target/demo
desk=tests/window/support

for program in Xvfb openbox dunst dunstctl dbus-daemon xdotool xprop import convert display; do
  command -v "$program" >/dev/null || stop "$program is missing. Type: make tools"
done
for built in "$app" "$chapfood"; do
  [ -x "$built" ] || stop "$built is not built. Type: make demo"
done

home=$(mktemp -d -t chapfood-demo-XXXXXX)
logs=$pictures/logs
rm -rf "$pictures"
mkdir -p "$logs" "$home/data" "$home/run"
chmod 700 "$home/run"

# A desktop of its own: nothing of the person who runs this is read, and nothing is left behind.
export HOME=$home XDG_RUNTIME_DIR=$home/run CHAPFOOD_DATA_DIR=$home/data
export NO_AT_BRIDGE=1 LIBGL_ALWAYS_SOFTWARE=1 GTK_THEME=Adwaita LANG=C.UTF-8
unset DISPLAY WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS XDG_CONFIG_HOME XDG_DATA_HOME XDG_CACHE_HOME

pids=()
cleanup() {
  local pid i
  for ((i = ${#pids[@]} - 1; i >= 0; i--)); do
    pid=${pids[i]}
    kill "$pid" 2>/dev/null || continue
    wait_for 6 "process $pid ends" gone "$pid" || kill -9 "$pid" 2>/dev/null || true
  done
  rm -rf "$home"
}
trap cleanup EXIT
trap 'exit 130' INT TERM
trap 'echo "The demonstration failed in line $LINENO; the logs are in $logs" >&2' ERR

gone() { ! kill -0 "$1" 2>/dev/null || [[ $(ps -o stat= -p "$1") == Z* ]]; }

# wait_for SECONDS WHAT COMMAND…: until the command succeeds.
wait_for() {
  local until=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    if [ "$SECONDS" -ge "$until" ]; then
      printf 'Gave up waiting: %s. The logs are in %s\n' "$what" "$logs" >&2
      return 1
    fi
    sleep 0.1
  done
}

# start NAME COMMAND…: in the background, its words in a log of that name.
start() {
  local name=$1
  shift
  "$@" >>"$logs/$name.log" 2>&1 &
  pids+=($!)
}

first_line() { grep -m 1 -E "$2" "$logs/$1.log"; }

hub_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 20000))
    if ! (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      echo "$port"
      return
    fi
  done
}

# settings LANGUAGE THEME: what the person chose.
settings() {
  printf '{"settings":{"language":"%s","theme":"%s","username":"Alice","userId":"user_42","channels":["commandes","cuisine","devops"]}}' \
    "$1" "$2" >"$home/data/settings.json"
}

joined() { "$chapfood" channels --hub "$hub" --json | grep -q '"devops"'; }
window() { xdotool search --onlyvisible --name '^ChapFood Notifications' | head -n 1; }
managed() { xprop -root _NET_SUPPORTING_WM_CHECK | grep -q 'window id'; }
pop_ups() { [ "$(dunstctl count displayed)" -eq "$1" ]; }
has_window() { [ -n "$(window)" ]; }

# The list has many colours once it is painted, and hardly any before; then twice the same picture.
painted() {
  local before=$now
  import -window root "$home/now.png"
  now=$(identify -format '%#' "$home/now.png")
  [ "$now" = "$before" ] &&
    [ "$(convert "$home/now.png" -crop 500x600+100+70 -format %k info:)" -gt 50 ]
}

open_app() {
  now=
  start app "$app" --hub-port "$port"
  app_pid=${pids[-1]}
  wait_for 20 "the window" has_window
  wait_for 20 "the app joins its channels" joined
  wait_for 10 "the window is painted" painted
}

close_app() {
  kill "$app_pid"
  wait_for 8 "the app ends in order" gone "$app_pid"
}

send() { "$chapfood" send --hub "$hub" "$@" >>"$logs/send.log"; }

say "Starting a virtual screen with a window manager, a session bus and a notification service"
start Xvfb Xvfb -displayfd 1 -screen 0 1280x800x24 -noreset -nolisten tcp
wait_for 10 "the screen" first_line Xvfb '^[0-9]+$'
DISPLAY=:$(first_line Xvfb '^[0-9]+$')
export DISPLAY
start bus dbus-daemon --config-file="$desk/bus.conf" --nofork --print-address=1
wait_for 10 "the session bus" first_line bus '^unix:'
DBUS_SESSION_BUS_ADDRESS=$(first_line bus '^unix:')
export DBUS_SESSION_BUS_ADDRESS
start openbox openbox
wait_for 10 "the window manager" managed
display -window root 'xc:#d8d5cf' || true # It fails by its exit code even when it worked.
start dunst dunst -config "$desk/dunstrc"
wait_for 10 "the notification service" dunstctl is-paused

port=$(hub_port)
hub=http://127.0.0.1:$port
say "Starting ChapFood Notifications with its hub on $hub"
settings fr light
open_app

say "Sending it orders, as the till, the kitchen and the monitoring would"
send --channel devops --type error --as 'Poste bar' 'Imprimante du bar hors ligne' \
  'Les bons du bar ne sortent plus. Vérifier le papier.' --data '{"imprimante":"bar","derniere_impression":"11:42"}'
# shellcheck disable=SC1112 # The typographic apostrophe is meant.
send --channel cuisine --type warning --as 'Suivi commandes' 'ORD-42 attend depuis 8 min' \
  'Table 7 : 2 burgers maison, 1 frites. Personne ne s’en charge.' --data '{"ref":"ORD-42","table":7,"waited_min":8}'
send --channel cuisine --type success --as Cuisine 'ORD-41 est prête' 'À emporter, comptoir 2' --data '{"ref":"ORD-41","comptoir":2}'
wait_for 10 "three pop-ups" pop_ups 3
dunstctl close-all
send --channel commandes --as 'Caisse 1' 'Nouvelle commande ORD-45' 'À emporter : 3 wraps poulet, 1 jus de gingembre' \
  --data '{"event":"order.created","ref":"ORD-45","client":{"name":"Awa Diop","phone":"+221 77 123 45 67"},"items":[{"qty":3,"name":"Wrap poulet"},{"qty":1,"name":"Jus de gingembre"}],"total":15.5,"paid":true}'

wait_for 10 "the pop-up" pop_ups 1
wait_for 10 "the window is painted" painted
import -window root "$pictures/desktop.png"
convert "$pictures/desktop.png" -crop 410x136+870+0 +repage "$pictures/toast.png"

say "Clicking the pop-up: it opens the order in the window"
now=
dunstctl action 0
dunstctl close-all
sleep 1.5 # Open for a second, it counts as read: the picture shows that too.
wait_for 10 "the window is painted" painted
import -window "$(window)" "$pictures/app-light.png"

# row HEIGHT: opens the notification at this height of the screen, and waits until it counts as read.
row() {
  now=
  xdotool mousemove 480 "$1" click 1 mousemove 640 790
  sleep 1.5 # As above.
  wait_for 10 "the window is painted" painted
}

for look in 'fr dark app-dark 370' 'en light app-english 450'; do
  read -r language theme name height <<<"$look"
  say "The same in another look: $language, $theme"
  close_app
  settings "$language" "$theme"
  open_app
  row "$height"
  import -window "$(window)" "$pictures/$name.png"
done
close_app

say "Done. What it looked like:"
for picture in "$pictures"/*.png; do echo "    $picture"; done
