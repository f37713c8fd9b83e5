"""The commands of `python -m sandbox`: a module each, with `main(arguments) -> exit status`."""
