#include <gradiometer/status.h>

const char *gm_status_name(gm_status status) {
    switch (status) {
#define NAME(name, value, text)                                                                    \
    case GM_##name:                                                                                \
        return "GM_" #name;
        GM_STATUS_LIST(NAME)
#undef NAME
    }
    return "GM_?";
}

const char *gm_status_text(gm_status status) {
    switch (status) {
#define TEXT(name, value, text)                                                                    \
    case GM_##name:                                                                                \
        return text;
        GM_STATUS_LIST(TEXT)
#undef TEXT
    }
    return "unknown status";
}
