#!/usr/bin/env bash
# run.sh: starts the collector and the agent with the default pack, and says what to try. Ctrl-C ends both.
#
# Both programs run as the invoking user, also under sudo: the gateway serves only that user's own tools.
set -euo pipefail
cd "$(dirname "$0")/.."

port=${SLUICE_PORT:-7788}
collector_port=${SLUICE_COLLECTOR_PORT:-7790}
bin=.build/release

if [ "$(id -u)" -eq 0 ] && [ -n "${SUDO_USER:-}" ] && [ "$SUDO_USER" != root ]; then
    scripts/setup.sh build
    home=$(getent passwd "$SUDO_USER" | cut -d: -f6)
    exec setpriv --reuid "$SUDO_USER" --regid "$(id -g "$SUDO_USER")" --init-groups \
        env HOME="$home" USER="$SUDO_USER" LOGNAME="$SUDO_USER" PATH="$PATH" -u SUDO_USER "$0"
fi

make --no-print-directory build

state=${XDG_STATE_HOME:-$HOME/.local/state}/sluice
mkdir -p "$state/logs"
chmod 700 "$state" "$state/logs"
token=$state/enrolment-token
if [ ! -s "$token" ]; then
    (umask 077 && head -c 32 /dev/urandom | od -An -vtx1 | tr -d ' \n' >"$token")
fi

pids=()
stop() {
    trap - INT TERM EXIT
    # The agent first: it delivers what it still holds while the collector is there.
    for pid in "${pids[@]}"; do
        kill -TERM "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    echo
    echo "Sluice has stopped."
}
trap stop EXIT
trap 'exit 0' INT TERM

# start NAME LOG COMMAND...: starts it, and waits for its line on standard output.
start() {
    local name=$1 log=$2 ready
    shift 2
    ready=$(mktemp)
    # A session of its own, so that Ctrl-C reaches it through us alone, in order.
    setsid "$@" >"$ready" 2>"$log" &
    pids=("$!" "${pids[@]}")
    for _ in $(seq 100); do
        grep -q ready "$ready" 2>/dev/null && break
        if ! kill -0 "${pids[0]}" 2>/dev/null; then
            echo "$name did not start:" >&2
            tail -5 "$log" >&2
            rm -f "$ready"
            exit 1
        fi
        sleep 0.1
    done
    rm -f "$ready"
}

start "The collector" "$state/logs/collector.log" \
    "$bin/sluice-collector" serve --port "$collector_port" --database "$state/collector.db" \
    --enrolment-token-file "$token"
start "The agent" "$state/logs/agent.log" \
    "$bin/sluice" agent run --port "$port" --collector "http://127.0.0.1:$collector_port" \
    --enrolment-token-file "$token"

preset=$("$bin/sluice" agent status --field preset 2>/dev/null || echo balanced)
# The try-out token is made here and now, with a right checksum and no account behind it.
prompt=$("$bin/sluice" rules example github.pat.classic)
if [ -t 1 ]; then bold=$(tput bold 2>/dev/null || true) plain=$(tput sgr0 2>/dev/null || true); else bold= plain=; fi
cat <<TEXT

${bold}Sluice is running.${plain} Policy preset: ${bold}$preset${plain}. Logs: $state/logs

${bold}1.${plain} See a prompt stopped (nothing leaves this machine):

   curl -s http://127.0.0.1:$port/openai/v1/chat/completions -H 'Content-Type: application/json' -d '{"model":"gpt-5","messages":[{"role":"user","content":"Why does this fail? $prompt"}]}'

${bold}2.${plain} Put it in front of your own tools:

   export OPENAI_BASE_URL=http://127.0.0.1:$port/openai/v1 ANTHROPIC_BASE_URL=http://127.0.0.1:$port/anthropic

${bold}3.${plain} Watch what happens: http://127.0.0.1:$collector_port/console

Ctrl-C stops everything.
TEXT

# Either program ending by itself ends the run.
wait -n "${pids[@]}" || true
echo "A program ended by itself; the last lines of its log:" >&2
tail -n 3 "$state/logs/agent.log" "$state/logs/collector.log" >&2
exit 1
