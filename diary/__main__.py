"""`python -m diary`: the command line of the service."""

from diary.cli.program import diary

if __name__ == "__main__":
    diary(prog_name="python -m diary")
