package io.omendb.bench;

import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Progress bars on standard error, so that standard output holds results only. */
final class Progress {
    /** For work whose end is not known. */
    static final long UNKNOWN = -1;

    private static final int TERMINAL_UPDATE_MS = 200;

    /** In a log file each update is a line. */
    private static final int LOG_UPDATE_MS = 10_000;

    private Progress() {}

    /** Starts a bar; the caller steps and closes it. */
    static ProgressBar start(String task, long end) {
        ProgressBarBuilder bar =
                new ProgressBarBuilder()
                        .setTaskName(task)
                        .setInitialMax(end)
                        .setStyle(ProgressBarStyle.ASCII)
                        .setUpdateIntervalMillis(TERMINAL_UPDATE_MS)
                        .showSpeed();
        if (System.console() == null) {
            bar.setConsumer(new ConsoleProgressBarConsumer(System.err))
                    .setUpdateIntervalMillis(LOG_UPDATE_MS);
        }
        return bar.build();
    }
}
