// One JSON value, one reader, one writer.
