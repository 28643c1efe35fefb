import ExperimentStore
import Ingestion
var o = ALFREDIngest.Options(root: CommandLine.arguments[1])
let ingest = try ALFREDIngest(o)
let store = try ExperimentStore(CommandLine.arguments[2], access: .write)
let r = try await ingest.run(into: store)
print(r)
try store.close()
