package io.omendb.bench;

/**
 * How the peers build their graphs.
 *
 * @param m neighbours per node; twice as many on the lowest layer, as HNSW has it
 * @param efConstruction candidates kept while a node looks for its neighbours
 */
record GraphSettings(int m, int efConstruction) {}
