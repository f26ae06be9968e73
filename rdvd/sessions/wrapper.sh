# What every pane runs: sh wrapper.sh DIRECTORY DYE COMMAND [ARGUMENTS]
#
# It waits at the FIFO `go` until the daemon has everything in place, runs the command in the
# foreground, leaves in `exit` how that ended, and goes only once the terminal has taken in all
# that was printed. A line before the last one in `exit` is the shell's note that a signal killed
# the command, which tells 128 + n apart from a command that returns this number.

# Not HUP: with it trapped, a terminal that goes away would leave wrapper and command behind.
trap : INT QUIT

directory=$1
# See dye.py. The limit on file locks, which no kernel looks at, is -w to some shells, -x to others.
{ ulimit -S -w "$2" || ulimit -S -x "$2"; } 2> /dev/null
shift 2
IFS= read -r _ < "$directory/go" || exit 1

# The number comes with the end of its line, in one go: before that nobody takes it for an end.
exec 9>&2 2> "$directory/exit"
(
    # When memory is short the kernel is to take this, before tmux, the recorder and the daemon.
    { read -r score && echo $((score > 800 ? 1000 : score + 200)) > /proc/self/oom_score_adj; } \
        2> /dev/null < /proc/self/oom_score_adj
    exec "$@" 2>&9 9>&-
)
code=$?
printf '%s\n' "$code" >&2
exec 2>&9 9>&-

# The terminal answers "are you well?" after it has parsed everything before. CAN and ST end
# whatever sequence the command left unfinished. Without an answer one second is enough.
stty raw -echo min 0 time 10 2> /dev/null || exit "$code"
printf '\030\033\\\033[5n'
heard=
while more=$(dd bs=64 count=1 2> /dev/null) && [ -n "$more" ]; do
    heard=$heard$more
    case $heard in *'[0n'*) break ;; esac
done
exit "$code"
