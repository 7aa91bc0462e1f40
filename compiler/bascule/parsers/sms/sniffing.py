from bascule.parsers.base import Match


def judge(file):
    return None
