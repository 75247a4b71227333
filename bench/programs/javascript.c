// Runs one JavaScript file in Duktape. Arguments: the file and a number, which the script finds in `size`.
#include <stdio.h>
#include <stdlib.h>
#include "duktape.h"

static duk_ret_t print(duk_context *context)
{
    puts(duk_to_string(context, 0));
    return 0;
}

int main(int argc, char **argv)
{
    static char script[1 << 16];
    FILE *file = argc > 2 ? fopen(argv[1], "r") : NULL;
    if (!file)
        return 2;
    size_t bytes = fread(script, 1, sizeof script, file);
    fclose(file);
    duk_context *context = duk_create_heap_default();
    duk_push_c_function(context, print, 1);
    duk_put_global_string(context, "print");
    duk_push_int(context, atoi(argv[2]));
    duk_put_global_string(context, "size");
    int failed = duk_peval_lstring(context, script, bytes) != 0;
    if (failed)
        puts(duk_safe_to_string(context, -1));
    duk_destroy_heap(context);
    return failed;
}
