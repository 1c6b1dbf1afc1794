#include "informativeness/tally.h"

enum { LEAST_SLOTS = 16 };

/* Where a key is, or the free slot where it belongs. */
static gm_tally_slot *find(gm_tally_slot *slots, int64_t capacity, uint64_t key) {
    const uint64_t mask = (uint64_t)capacity - 1;
    uint64_t hash = (key ^ key >> 32) * UINT64_C(0x9e3779b97f4a7c15);
    for (hash ^= hash >> 32;; hash++) {
        gm_tally_slot *slot = &slots[hash & mask];
        if (slot->count == 0 || slot->key == key)
            return slot;
    }
}

static gm_status grow(gm_context *context, gm_tally *tally) {
    gm_tally_slot *slots = NULL;
    const int64_t capacity = tally->capacity ? 2 * tally->capacity : LEAST_SLOTS;
    if (GM_NEW_ZERO(context, slots, capacity) != GM_OK)
        return GM_OUT_OF_MEMORY;
    for (int64_t i = 0; i < tally->capacity; i++)
        if (tally->slots[i].count)
            *find(slots, capacity, tally->slots[i].key) = tally->slots[i];
    gm_release(context, tally->slots);
    tally->slots = slots;
    tally->capacity = capacity;
    return GM_OK;
}

/* Count a key that is not there yet. */
static gm_status insert(gm_context *context, gm_tally *tally, uint64_t key) {
    gm_status status = GM_OK;
    if (tally->used == GM_TALLY_MOST) {
        tally->overflowed = true;
        gm_tally_release(context, tally);
        return GM_OK;
    }
    if (2 * (tally->used + 1) > tally->capacity)
        GM_TRY(grow(context, tally));
    *find(tally->slots, tally->capacity, key) = (gm_tally_slot){key, 1};
    tally->used++;
done:
    return status;
}

static gm_status add_to_slots(gm_context *context, gm_tally *tally, const uint64_t *keys,
                              int64_t count, int64_t stride) {
    gm_status status = GM_OK;
    if (!tally->slots)
        GM_TRY(grow(context, tally));
    for (int64_t i = 0; i < count && !tally->overflowed; i++) {
        gm_tally_slot *slot = find(tally->slots, tally->capacity, keys[i * stride]);
        if (slot->count)
            slot->count++;
        else
            GM_TRY(insert(context, tally, keys[i * stride]));
    }
done:
    return status;
}

static gm_status add_to_counts(gm_context *context, gm_tally *tally, const uint64_t *keys,
                               int64_t count, int64_t stride) {
    if (!tally->counts && GM_NEW_ZERO(context, tally->counts, tally->values) != GM_OK)
        return GM_OUT_OF_MEMORY;
    for (int64_t i = 0; i < count; i++)
        tally->counts[keys[i * stride]]++;
    return GM_OK;
}

gm_status gm_tally_add(gm_context *context, gm_tally *tally, const uint64_t *keys, int64_t count,
                       int64_t stride) {
    gm_status status = GM_OK;
    if (tally->overflowed)
        return GM_OK;
    if (tally->values) {
        tally->draws += count;
        return add_to_counts(context, tally, keys, count, stride);
    }
    if (tally->draws < GM_TALLY_MOST && tally->draws + count >= GM_TALLY_MOST) {
        const int64_t part = GM_TALLY_MOST - tally->draws;
        GM_TRY(add_to_slots(context, tally, keys, part, stride));
        tally->draws += part;
        tally->early = gm_tally_collisions(tally);
        keys += part * stride;
        count -= part;
    }
    GM_TRY(add_to_slots(context, tally, keys, count, stride));
    tally->draws += count;
done:
    return status;
}

gm_collisions gm_tally_collisions(const gm_tally *tally) {
    gm_collisions sum = {.rows = (double)tally->draws};
    if (tally->overflowed)
        return tally->early;
    for (int64_t i = 0; tally->counts && i < tally->values; i++)
        if (tally->counts[i])
            gm_collisions_add(&sum, (double)tally->counts[i]);
    for (int64_t i = 0; i < tally->capacity; i++)
        if (tally->slots[i].count)
            gm_collisions_add(&sum, (double)tally->slots[i].count);
    return sum;
}

void gm_tally_release(gm_context *context, gm_tally *tally) {
    gm_release(context, tally->counts);
    gm_release(context, tally->slots);
    tally->counts = NULL;
    tally->slots = NULL;
    tally->capacity = 0;
}
