"""`rdv attach`: a session in the terminal that one sits at.

command     the words of the command
client      the one loop: keys to the daemon, pictures to the terminal, and again after a break
link        the stream to the daemon, which never makes us wait
tty         the terminal: raw for a while, and as it was before afterwards
escapes     what is typed for us and not for the session (pure)
typed       which keys have arrived (pure)
picture     what must be undone on the terminal (pure)
endings     what the end of a stream means (pure)
"""
