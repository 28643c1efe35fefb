#ifndef RGVLM_JSON_SHIM_H
#define RGVLM_JSON_SHIM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What a node is. The values are part of the interface.
enum {
    RGVLM_JSON_NULL = 0,
    RGVLM_JSON_FALSE = 1,
    RGVLM_JSON_TRUE = 2,
    RGVLM_JSON_INTEGER = 3,
    RGVLM_JSON_DOUBLE = 4,
    RGVLM_JSON_STRING = 5,
    RGVLM_JSON_ARRAY = 6,
    RGVLM_JSON_OBJECT = 7,
};

/// One value of a parsed document, in document order. A container is followed by its children; an object's children
/// alternate between key (a string) and value.
typedef struct {
    uint32_t kind;
    /// Bytes of a string; elements of an array; members of an object.
    uint32_t count;
    union {
        int64_t integer;
        double number;
        const char *string;
        /// Index of the first node after this container.
        uint64_t end;
    } value;
} rgvlm_json_node;

typedef struct rgvlm_json_parser rgvlm_json_parser;

/// A parser whose buffers are reused from document to document. NULL when memory is out.
rgvlm_json_parser *rgvlm_json_parser_create(void);
void rgvlm_json_parser_destroy(rgvlm_json_parser *parser);

/// Bytes that must be readable behind the text.
size_t rgvlm_json_padding(void);

/// Parses `length` bytes of UTF-8. Nodes and strings stay valid until the next call or destroy.
/// Returns NULL on success, else a static text that says what is wrong.
const char *rgvlm_json_parse(rgvlm_json_parser *parser, const char *text, size_t length, const rgvlm_json_node **nodes,
                             size_t *count);

#ifdef __cplusplus
}
#endif
#endif
