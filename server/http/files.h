/* files.h - the web pages under MPOS_WEB_DIR. Words: page (asked for again), hashed file (kept for ever). */
#ifndef HTTP_FILES_H
#define HTTP_FILES_H

#include <h2o.h>
#include <stdbool.h>

/* Registers the file handler behind those already on the path. */
void
http_files_register(h2o_pathconf_t *path, const char *web_dir);

/* Sets the headers of a static answer; false when the address can be no file of ours. */
bool
http_files_prepare(h2o_req_t *req);

#endif
