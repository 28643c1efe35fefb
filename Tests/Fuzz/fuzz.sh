#!/bin/sh
# Fuzzes the readers with libFuzzer and AddressSanitizer: fuzz.sh SECONDS_EACH
# Prints the executions of each; exits with 1 after a crash or hang, whose input it names.
set -eu
seconds=${1:-60}
cd "$(dirname "$0")/../.."
out=.build/fuzz
mkdir -p "$out"

if [ "$(uname)" = Darwin ]; then
    echo "skipped: Apple's toolchain has no libFuzzer"
    exit 0
fi

swift_bin=$(dirname "$(readlink -f "$(command -v swiftc)")")
clang=$swift_bin/clang++
features="-swift-version 6 -package-name rgvlm -enable-upcoming-feature ExistentialAny
    -enable-upcoming-feature InternalImportsByDefault -enable-upcoming-feature MemberImportVisibility
    -Xcc -fmodule-map-file=Sources/COpenSSL/module.modulemap -Xcc -fmodule-map-file=Tests/Fuzz/CRaster.modulemap
    -ISources/CRaster/include -I$out"

# A library that the fuzzed ones import, as a module of its own as in the package.
library() {
    # shellcheck disable=SC2046,SC2086
    swiftc -parse-as-library -O -wmo $features -module-name "$1" -emit-module -emit-module-path "$out/$1.swiftmodule" \
        -c -o "$out/$1.o" -enable-testing -sanitize=address $(find "Sources/$1" -name '*.swift')
}

# The sources given, as one module with libFuzzer: the binary's name and the module's come first.
fuzzer() {
    name=$1
    module=$2
    shift 2
    # shellcheck disable=SC2086
    swiftc -parse-as-library -O -wmo $features -module-name "$module" -suppress-warnings -sanitize=fuzzer,address "$@" \
        "$out/Ground.o" "$out/JSON.o" -lcrypto -use-ld=lld -o "$out/$name"
}

echo "Compiling the readers with libFuzzer and AddressSanitizer."
"$clang" -std=c++17 -O1 -g -fsanitize=address,fuzzer-no-link -ISources/CJSONShim/include \
    -c Sources/CJSONShim/json_shim.cpp -o "$out/json_shim.o"
library Ground
library JSON
library Episodes
# Poses are the simulator's, with its C kernels.
for kernel in Sources/CRaster/*.c; do
    "$clang" -x c -O1 -g -fsanitize=address -ISources/CRaster/include -c "$kernel" -o "$out/$(basename "$kernel" .c)-c.o"
done
library Household
# shellcheck disable=SC2046
fuzzer readers ALFRED -Xcc -fmodule-map-file=Tests/Fuzz/CJSONShim.modulemap -ISources/CJSONShim/include \
    $(find Sources/ALFRED -name '*.swift') Sources/Rooms/AgentPose+Release.swift Tests/Fuzz/FuzzReaders.swift \
    "$out/json_shim.o" "$out/Episodes.o" "$out/Household.o" $(find "$out" -name '*-c.o') -lsimdjson -lstdc++

# What models answer: the provider decoders and the score parser as one module, without the network.
# shellcheck disable=SC2046
fuzzer answers VisionLanguage \
    $(find Sources/VisionLanguage/Providers Sources/VisionLanguage/Values -name '*.swift') \
    Sources/VisionLanguage/HTTP/HTTPTransport.swift Sources/VisionLanguage/Policy/APIKey.swift \
    Sources/RewardLabeling/Answers/ScoreParser.swift Sources/RewardLabeling/Answers/ExpectedScores.swift \
    Tests/Fuzz/FuzzAnswers.swift

# The header of safetensors files.
fuzzer header Exchange Sources/Exchange/Safetensors/SafetensorsHeader.swift \
    Sources/Exchange/Safetensors/SafetensorsTensor.swift Sources/Exchange/Files/LittleEndian.swift Tests/Fuzz/FuzzHeader.swift

# Seeds: a sample dataset, and the fixtures.
rm -rf "$out/seeds" "$out/sample"
for reader in json splits layout pt npy mask scores replies tensors; do mkdir -p "$out/seeds/$reader" "$out/corpus/$reader"; done
if [ -x .build/release/rgvlm-ingest ]; then
    .build/release/rgvlm-ingest sample --out "$out/sample" >/dev/null
    number=0
    for file in $(find "$out/sample" -name traj_data.json); do
        number=$((number + 1))
        cp "$file" "$out/seeds/json/$number.json"
    done
    cp "$out/sample/data/splits/oct21.json" "$out/seeds/splits/"
fi
printf '{"task_id":"a","scene":{"floor_plan":"F","scene_num":1,"random_seed":0,"dirty_and_empty":false,"init_action":{"action":"T","x":0,"y":0.9,"z":0,"rotation":0,"horizon":30},"object_toggles":[],"object_poses":[]},"turk_annotations":{"anns":[{"task_desc":"t","high_descs":["a"],"votes":[1]}]},"task_type":"p","pddl_params":{"object_target":"A","object_sliced":false,"parent_target":"B","mrecep_target":"","toggle_target":""},"plan":{"high_pddl":[{"high_idx":0,"discrete_action":{"action":"PickupObject","args":["a"]},"planner_action":{"action":"PickupObject","objectId":"A|1"}}],"low_actions":[{"high_idx":0,"api_action":{"action":"PickupObject","objectId":"A|1"},"discrete_action":{"action":"PickupObject","args":{"bbox":[0,1,2,3],"point":[1,1],"mask":[[5,3],[300,2]]}}}]},"images":[{"high_idx":0,"low_idx":0,"image_name":"000000000.png"}]}' > "$out/seeds/json/small.json"
printf '{"Fridge|-00.32|00.00|+03.60":[-0.5,2.75,0,30]}' > "$out/seeds/layout/one.json"
cp Tests/ALFREDTests/Fixtures/*.pt "$out/seeds/pt/"
printf '\223NUMPY\001\000v\000{"descr"' > "$out/seeds/npy/short"
printf "\223NUMPY\001\000\074\000{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2), }\n0123456789abcdef" > "$out/seeds/npy/two"
printf '\005\000\000\000\003\000\000\000\054\001\000\000\002\000\000\000' > "$out/seeds/mask/two"
# The first two bytes: how many scores and how the answer is cut; which API and which status.
seed() { printf "$2" > "$out/seeds/$1"; }
seed scores/object '\002\001{"scores":[7,10]}'
seed scores/fence '\003\002```json\n[1, 2.0, 3]\n```'
seed scores/think '\001\000<think>[1]</think>{"scores": [[7]], "scores" : [ 0 ]}'
seed replies/openai '\000\000{"id":"a","model":"m","choices":[{"message":{"content":"{}","refusal":null},"finish_reason":"stop","logprobs":{"content":[{"token":"7","logprob":-0.1,"top_logprobs":[{"token":"8","logprob":-2}]}]}}],"usage":{"prompt_tokens":1,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":1}}}'
seed replies/gemini '\001\000{"candidates":[{"content":{"parts":[{"text":"hi"},{"text":"x","thought":true}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":2},"promptFeedback":{"blockReason":"SAFETY"}}'
seed replies/anthropic '\002\000{"content":[{"type":"text","text":"hi"}],"stop_reason":"end_turn","usage":{"input_tokens":1,"output_tokens":2}}'
seed replies/error '\000\007{"error":{"message":"no sk-0123456789","code":"insufficient_quota","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"3.5s"}]}}'
seed replies/batch '\003\000{"custom_id":"r1-s1-p1-w0-n0-a0","response":{"status_code":200,"body":{"choices":[{"message":{"content":"hi"},"finish_reason":"stop"}]}},"error":null}'
seed replies/old '\003\000{"custom_id":"a","response":{"choices":[{"message":{"content":[{"type":"text","text":"hi"}]},"finish_reason":"length"}]}}'
seed replies/expired '\003\000{"custom_id":"a","response":null,"error":{"code":"batch_expired","message":"late"}}'
seed tensors/two '\006\000{"__metadata__":{"a":"\\u00e9"},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"c":{"dtype":"U8","shape":[2,1],"data_offsets":[4,6]}}  '
seed tensors/none '\000\000{}'

status=0
for reader in json splits layout pt npy mask scores replies tensors; do
    case $reader in
    scores | replies) binary=answers ;;
    tensors) binary=header ;;
    *) binary=readers ;;
    esac
    log=$out/$reader.log
    if RGVLM_FUZZ=$reader ASAN_OPTIONS=detect_leaks=0 "$out/$binary" "$out/corpus/$reader" "$out/seeds/$reader" \
        -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=200000 -artifact_prefix="$out/$reader-" \
        -print_final_stats=1 >"$log" 2>&1; then
        executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
        coverage=$(sed -n 's/.* cov: \([0-9]*\).*/\1/p' "$log" | tail -n 1)
        printf '%-8s %12s executions in %s s, %s edges covered, no crash, no hang\n' "$reader" "$executions" "$seconds" "$coverage"
    else
        status=1
        printf '%-8s FAILED; the input and the report:\n' "$reader"
        tail -n 40 "$log"
    fi
done
exit $status
