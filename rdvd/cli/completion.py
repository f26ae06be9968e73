"""`rdv completion`: what a shell must know to complete our words."""

import click

HOW = {
    "bash": 'eval "$(rdv completion bash)" in ~/.bashrc',
    "zsh": 'eval "$(rdv completion zsh)" in ~/.zshrc',
    "fish": "rdv completion fish > ~/.config/fish/completions/rdv.fish",
}


@click.command(epilog="Set up with: " + "; ".join(HOW.values()) + ".")
@click.argument("shell", type=click.Choice(list(HOW)))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the completion script for SHELL."""
    from click.shell_completion import get_completion_class  # lazy: only this command needs it

    know_shells()
    kind = get_completion_class(shell)
    assert kind is not None  # click knows all three
    command = context.find_root().command
    click.echo(kind(command, {}, "rdv", "_RDV_COMPLETE").source())


def know_shells() -> None:
    from click.shell_completion import add_completion_class  # lazy: as above

    from rdvd.cli.bash import Bash  # lazy: as above

    add_completion_class(Bash)
