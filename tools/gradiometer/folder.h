/* Folders of our own that a run leaves nothing of. */
#ifndef GM_TOOL_FOLDER_H
#define GM_TOOL_FOLDER_H

/* Remove a folder, the files in it, and folders in it with their files, while others may still be
   writing there. What cannot be removed stays; an absent folder is nothing. */
void folder_remove(const char *path);

#endif
