#include "json_shim.h"

#include <simdjson.h>

#include <new>
#include <vector>

struct rgvlm_json_parser {
    simdjson::dom::parser parser;
    std::vector<rgvlm_json_node> nodes;
};

namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

rgvlm_json_node string_node(std::string_view text) {
    rgvlm_json_node node{RGVLM_JSON_STRING, static_cast<uint32_t>(text.size()), {}};
    node.value.string = text.data();
    return node;
}

/// Depth is bounded by simdjson's own limit (1,024), so the recursion is too.
void append(std::vector<rgvlm_json_node> &nodes, element value) {
    rgvlm_json_node node{RGVLM_JSON_NULL, 0, {}};
    switch (value.type()) {
    case element_type::NULL_VALUE:
        break;
    case element_type::BOOL:
        node.kind = value.get_bool().value_unsafe() ? RGVLM_JSON_TRUE : RGVLM_JSON_FALSE;
        break;
    case element_type::INT64:
        node.kind = RGVLM_JSON_INTEGER;
        node.value.integer = value.get_int64().value_unsafe();
        break;
    case element_type::STRING:
        node = string_node(value.get_string().value_unsafe());
        break;
    case element_type::ARRAY: {
        const size_t index = nodes.size();
        nodes.push_back({RGVLM_JSON_ARRAY, 0, {}});
        uint32_t count = 0;
        for (element child : value.get_array().value_unsafe()) {
            append(nodes, child);
            count++;
        }
        nodes[index].count = count;
        nodes[index].value.end = nodes.size();
        return;
    }
    case element_type::OBJECT: {
        const size_t index = nodes.size();
        nodes.push_back({RGVLM_JSON_OBJECT, 0, {}});
        uint32_t count = 0;
        for (auto field : value.get_object().value_unsafe()) {
            nodes.push_back(string_node(field.key));
            append(nodes, field.value);
            count++;
        }
        nodes[index].count = count;
        nodes[index].value.end = nodes.size();
        return;
    }
    default:  // DOUBLE, UINT64 above INT64_MAX and whatever a later simdjson adds for numbers
        node.kind = RGVLM_JSON_DOUBLE;
        if (value.get_double().get(node.value.number)) {
            node.kind = RGVLM_JSON_NULL;
        }
        break;
    }
    nodes.push_back(node);
}

}  // namespace

extern "C" {

rgvlm_json_parser *rgvlm_json_parser_create(void) { return new (std::nothrow) rgvlm_json_parser; }

void rgvlm_json_parser_destroy(rgvlm_json_parser *parser) { delete parser; }

size_t rgvlm_json_padding(void) { return simdjson::SIMDJSON_PADDING; }

const char *rgvlm_json_parse(rgvlm_json_parser *parser, const char *text, size_t length, const rgvlm_json_node **nodes,
                             size_t *count) {
    *nodes = nullptr;
    *count = 0;
    try {
        element root;
        const auto error = parser->parser.parse(text, length, /* realloc_if_needed */ false).get(root);
        if (error) {
            return simdjson::error_message(error);
        }
        parser->nodes.clear();
        append(parser->nodes, root);
    } catch (const std::bad_alloc &) {
        return "out of memory";
    } catch (...) {
        return "the parser failed";
    }
    *nodes = parser->nodes.data();
    *count = parser->nodes.size();
    return nullptr;
}

}  // extern "C"
