/*
 * embed FILE... : prints a C file that holds the named files as `resources` (base/resource.h).
 * Runs at build time, before the program exists, so it uses nothing of the harness.
 */
#include <stdio.h>
#include <stdlib.h>

static int embed_file(const char *path, int index)
{
    FILE *in = fopen(path, "rb");
    if (!in) {
        perror(path);
        return 1;
    }
    printf("static const unsigned char data_%d[] = {", index);
    int byte = 0;
    int column = 0;
    while ((byte = getc(in)) != EOF)
        printf("%s%d,", column++ % 24 == 0 ? "\n" : "", byte);
    printf("0};\n");
    int failed = ferror(in);
    fclose(in);
    return failed;
}

int main(int argc, char **argv)
{
    printf("#include \"base/resource.h\"\n");
    for (int i = 1; i < argc; i++)
        if (embed_file(argv[i], i) != 0)
            return EXIT_FAILURE;
    printf("const struct resource resources[] = {\n");
    for (int i = 1; i < argc; i++)
        printf("    {\"%s\", data_%d, sizeof data_%d - 1},\n", argv[i], i, i);
    if (argc < 2)
        printf("    {0},\n");
    printf("};\nconst size_t num_resources = %d;\n", argc - 1);
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
