/**
 * Chroma's REST interface, version 2, so that its clients work with OmenDB unchanged;
 * docs/chroma.md says how the two differ and what is refused. The endpoints run on the blocking
 * pool and wait there: an answer often takes several questions to the shards, each decided by the
 * one before.
 */
@NullMarked
package io.omendb.gateway.chroma;

import org.jspecify.annotations.NullMarked;
