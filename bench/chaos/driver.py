class Driver:
    pass


class Script:
    pass
