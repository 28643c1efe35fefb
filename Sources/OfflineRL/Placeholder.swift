internal import Networks
