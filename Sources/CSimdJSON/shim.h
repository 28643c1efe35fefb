/* simdjson is C++; only the C++ target CJSONShim includes it. This file carries the pkg-config flags and the link line. */
