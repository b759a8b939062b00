int
cli_simulate(int argc, char **argv);
int
cli_simulate(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return 0;
}
