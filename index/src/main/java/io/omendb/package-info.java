/** What every module of OmenDB shares: errors and their codes. */
@NullMarked
package io.omendb;

import org.jspecify.annotations.NullMarked;
