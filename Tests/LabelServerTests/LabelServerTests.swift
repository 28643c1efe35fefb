import Testing

@testable import LabelServer
