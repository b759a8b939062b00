/*
 * catalogue_part.h - published parts as this backend has read them, by tenant and hash, the least recently used given up
 * first. Words: part (manifest, menu, rules, items chunk), kept.
 */
#ifndef MPOS_CATALOGUE_PART_H
#define MPOS_CATALOGUE_PART_H

#include "postgres.h"

#include "catalogue.h"

typedef enum mpos_part_kind {
    MPOS_PART_MANIFEST,
    MPOS_PART_MENU,
    MPOS_PART_RULES,
    MPOS_PART_ITEMS
} mpos_part_kind;

/* An items chunk, sorted by id. */
typedef struct mpos_catalogue_items {
    int count;
    const mpos_catalogue_item *list;
} mpos_catalogue_items;

/*
 * mpos_catalogue, mpos_catalogue_menu, mpos_rules or mpos_catalogue_items of that hash, NULL when the tenant never published it. Raises
 * DATA_CORRUPTED when stored bytes are not those of their hash or are of another kind. Valid until the transaction ends.
 */
const void *
mpos_part_get(mpos_part_kind kind, const uint8 tenant[16], const uint8 hash[32]);

/* Forgets what was read of that hash, which has been taken back. Not while pointers into it are in use. */
void
mpos_part_forget(const uint8 tenant[16], const uint8 hash[32]);

/* The stored bytes of a chunk (not of a manifest) in the current context; NULL when the tenant has none of that hash. */
bytea *
mpos_part_bytes(const uint8 tenant[16], const uint8 hash[32]);

/* The text of a manifest in the current context; NULL when the tenant has none of that hash. */
text *
mpos_manifest_text(const uint8 tenant[16], const uint8 hash[32]);

/* Reads a published JSON text, everything allocated in the current context (catalogue_document.c). */
mpos_catalogue *
mpos_manifest_parse(const char *text);
mpos_catalogue_menu *
mpos_menu_parse(const char *text);
mpos_catalogue_items *
mpos_items_parse(const char *text);

#endif
