internal import Hummingbird

enum Stub {}
