"""python -m bardtui"""

from bardtui.cli import main

if __name__ == "__main__":
    main()
