/** The rules of the house, checked in every module by a test of ten lines. */
@NullMarked
package io.omendb.arch;

import org.jspecify.annotations.NullMarked;
