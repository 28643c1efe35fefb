internal import Episodes
