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

package=$out/package
mkdir -p "$package"
cp Tests/Fuzz/Package.swift "$package/"
ln -sfn "$PWD/Sources" "$package/Sources"

echo "Compiling the readers with libFuzzer and AddressSanitizer."
swift build -c release --package-path "$package" --scratch-path "$out/build" --sanitize=address \
    -Xswiftc -sanitize-coverage=edge,trace-cmp,inline-8bit-counters,pc-table >"$out/build.log" 2>&1 || {
    grep error: "$out/build.log" || tail -n 40 "$out/build.log"
    exit 1
}
built=$out/build/release
objects=$(find "$built"/*.build -name '*.o')

# fuzzer NAME: Tests/Fuzz/FuzzNAME.swift over the libraries.
fuzzer() {
    # shellcheck disable=SC2086
    swiftc -parse-as-library -O -swift-version 6 -package-name fuzzed -module-name "Fuzz$1" -sanitize=fuzzer,address \
        -I "$built/Modules" -ISources/CSimdJSON -ISources/COpenSSL \
        -Xcc "-fmodule-map-file=$built/CJSONShim.build/module.modulemap" \
        -Xcc "-fmodule-map-file=$built/CRaster.build/module.modulemap" \
        "Tests/Fuzz/Fuzz$1.swift" $objects -lsimdjson -lcrypto -lstdc++ -use-ld=lld -o "$out/Fuzz$1"
}
fuzzer Readers
fuzzer Answers
fuzzer Header

# Seeds: a sample dataset, and the fixtures.
rm -rf "$out/seeds" "$out/sample"
for reader in json splits layout pt npy mask scores replies tensors; do mkdir -p "$out/seeds/$reader" "$out/corpus/$reader"; done
if [ -x .build/release/rgvlm-simulate ]; then
    .build/release/rgvlm-simulate generate --scenes 2 --episodes 6 --size 20 --out "$out/sample" --quiet >/dev/null
    number=0
    for file in $(find "$out/sample" -name traj_data.json); do
        number=$((number + 1))
        cp "$file" "$out/seeds/json/$number.json"
    done
    find "$out/sample" -path '*splits*' -name '*.json' -exec cp {} "$out/seeds/splits/" \;
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
    scores | replies) binary=FuzzAnswers ;;
    tensors) binary=FuzzHeader ;;
    *) binary=FuzzReaders ;;
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
