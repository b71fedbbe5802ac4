package io.omendb.bench.stack;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The memory of a process, as Linux accounts it. */
public final class ProcessMemory {
    private static final String RESIDENT = "VmRSS:";
    private static final String RESIDENT_MAX = "VmHWM:";

    private ProcessMemory() {}

    /** Resident now, in MiB. */
    public static long residentMib(long pid) {
        return read(pid, RESIDENT);
    }

    /** The most that was ever resident, in MiB. */
    public static long residentMaxMib(long pid) {
        return read(pid, RESIDENT_MAX);
    }

    private static long read(long pid, String key) {
        Path file = Path.of("/proc", Long.toString(pid), "status");
        try {
            for (String line : Files.readAllLines(file)) {
                if (line.startsWith(key)) {
                    String kib = line.substring(key.length()).replace("kB", "").trim();
                    return Long.parseLong(kib) / 1024;
                }
            }
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot read " + file + ": " + e, e);
        }
        throw new OmenException(ErrorCode.EXTERNAL, "no " + key + " in " + file);
    }
}
