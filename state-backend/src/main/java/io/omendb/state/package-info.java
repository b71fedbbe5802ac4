/**
 * The vector state backend: ordinary keyed state through a delegate, and vector state beside it, in
 * one checkpoint.
 */
@NullMarked
package io.omendb.state;

import org.jspecify.annotations.NullMarked;
