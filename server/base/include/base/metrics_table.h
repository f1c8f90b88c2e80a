/* Every metric of a Leitai process: M(id, type, name, help). COUNTER and BY_ERROR (a counter with one value per wire error
 * code) only grow; GAUGE is what is now, and is summed over the workers of a machine; HISTOGRAM holds durations. No include
 * guard: metrics.h and metrics.c expand it differently. */

/* Connections and frames */
M(CONNECTIONS, GAUGE, "leitai_connections", "WebSocket connections open now")
M(ACCEPTED, COUNTER, "leitai_accepted_total", "Sockets accepted by the listener")
M(REFUSED, COUNTER, "leitai_refused_total",
  "Sockets or upgrades refused: limits, origin, malformed handshake")
M(HTTP_REQUESTS, COUNTER, "leitai_http_requests_total",
  "HTTP requests answered, static files included")
M(MESSAGES_IN, COUNTER, "leitai_messages_received_total", "Text messages received from clients")
M(FRAMES_OUT, COUNTER, "leitai_frames_sent_total", "Frames handed to the kernel")
M(BYTES_OUT, COUNTER, "leitai_bytes_sent_total",
  "Bytes handed to the kernel in frames, headers included")
M(SLOW_CUT, COUNTER, "leitai_slow_consumers_cut_total",
  "Connections cut because their output queue was too large or too old")
M(PONG_TIMEOUTS, COUNTER, "leitai_pong_timeouts_total",
  "Connections closed because no pong came back")
M(REJECTS, BY_ERROR, "leitai_rejects_total",
  "Requests of clients refused, by the code they were told")
M(FANOUT, HISTOGRAM, "leitai_fanout_seconds",
  "Time to write one broadcast to all its members on this node")

/* Joining */
M(JOINS, COUNTER, "leitai_joins_total", "Entries joined")
M(JOIN_BATCHES, COUNTER, "leitai_join_batches_total", "Transactions of joins committed")
M(JOIN_LATENCY, HISTOGRAM, "leitai_join_seconds", "Time from queueing a join to its commit")
M(JOIN_QUEUE, GAUGE, "leitai_join_queue", "Joins waiting to be committed")
M(TICKETS, COUNTER, "leitai_tickets_verified_total",
  "Tickets of the study platform that were valid")
M(SESSIONS_RESUMED, COUNTER, "leitai_sessions_resumed_total",
  "Connections resumed with a session token of ours")
M(GUESTS_LIMITED, COUNTER, "leitai_guests_limited_total",
  "Guest joins refused by the limit per address")

/* Answers */
M(ANSWERS_ACKED, COUNTER, "leitai_answers_acked_total", "Answers acknowledged after their commit")
M(ANSWERS_LATE, COUNTER, "leitai_answers_late_total",
  "Answers stored after the gate closed; recorded, not counted")
M(ANSWERS_DUPLICATE, COUNTER, "leitai_answers_duplicate_total",
  "Answers sent again and acknowledged from what was stored")
M(COMMIT_BATCHES, COUNTER, "leitai_commit_batches_total", "Transactions of answers committed")
M(COMMIT_ROWS, COUNTER, "leitai_commit_rows_total", "Answers in committed transactions")
M(COMMIT_RETRIES, COUNTER, "leitai_commit_retries_total",
  "Batches sent again after a lost or refused transaction")
M(COMMIT_LATENCY, HISTOGRAM, "leitai_commit_seconds", "Time from queueing an answer to its commit")
M(COMMIT_QUEUE, GAUGE, "leitai_commit_queue", "Answers waiting to be committed")

/* Papers */
M(PAPER_STARTS, COUNTER, "leitai_paper_starts_total",
  "Starts of papers committed, those that found one included")
M(PAPER_START_BATCHES, COUNTER, "leitai_paper_start_batches_total",
  "Transactions of starts committed")
M(PAPER_START_LATENCY, HISTOGRAM, "leitai_paper_start_seconds",
  "Time from queueing a start to its commit")
M(PAPER_START_QUEUE, GAUGE, "leitai_paper_start_queue", "Starts waiting to be committed")
M(PAPER_WRITES, COUNTER, "leitai_paper_writes_total",
  "Writes of papers committed; each holds all choices made since the one before")
M(PAPER_BATCHES, COUNTER, "leitai_paper_batches_total", "Transactions of such writes committed")
M(PAPER_LATENCY, HISTOGRAM, "leitai_paper_seconds",
  "Time from queueing a paper's write to its commit")
M(PAPER_QUEUE, GAUGE, "leitai_paper_queue", "Writes of papers waiting to be committed")
M(PAPER_SAVES, COUNTER, "leitai_paper_saves_total", "Choices acknowledged after their commit")
M(PAPER_MERGES, COUNTER, "leitai_paper_merges_total",
  "Writes made again because another tab or node had written the paper")
M(PAPER_SUBMITS, COUNTER, "leitai_paper_submits_total",
  "Papers handed in: by people, by their own end, by the sweeper")
M(PAPER_SWEPT, COUNTER, "leitai_paper_swept_total",
  "Papers handed in by the sweeper, because no node did")
M(PAPERS_HELD, GAUGE, "leitai_papers_held", "Papers held in memory")
M(PACED_EVENTS, GAUGE, "leitai_paced_events", "Self-paced events held in memory")
M(SEEKING, GAUGE, "leitai_seeking", "People here who look for an opponent")
M(DUELS, COUNTER, "leitai_duels_total", "Duels begun by this process")
M(DUELS_ROBOT, COUNTER, "leitai_duels_robot_total", "Duels among them in which a robot plays")
M(DUELS_FAILED, COUNTER, "leitai_duels_failed_total",
  "Duels that could not be begun; those who wait are looked at again")
M(DUELS_CLOSED, COUNTER, "leitai_duels_closed_total",
  "Duels ended by this process: handed in and rated")
M(RACES, GAUGE, "leitai_races", "Duels that somebody here looks at")
M(RACE_READS, COUNTER, "leitai_race_reads_total",
  "Duels read from PostgreSQL because one moved, or might have")
M(BOARD_PAGES, COUNTER, "leitai_board_pages_total", "Requests for public boards: pages, lists, CSV")
M(BOARD_PAGES_KEPT, COUNTER, "leitai_board_pages_kept_total",
  "Requests among them that were answered from a page that was kept")
M(BOARD_LOOKUPS, COUNTER, "leitai_board_lookups_total",
  "Look-ups in PostgreSQL and Redis for public boards; what does not exist costs as many")
M(CERTIFICATE_CHECKS, COUNTER, "leitai_certificate_checks_total",
  "Certificates looked up by their code")

/* Stage */
M(SCREENS, GAUGE, "leitai_screens", "Named screens that are connected here")
M(PAIRINGS, GAUGE, "leitai_pairings", "Screens here that show a code and wait to be taken in")
M(PAIRINGS_LIMITED, COUNTER, "leitai_pairings_limited_total",
  "Codes of screens refused by a limit, and wrong codes over the limit of desks")
M(WATCHERS, GAUGE, "leitai_watchers", "Spectators connected here")
M(WATCHERS_SHED, COUNTER, "leitai_watchers_shed_total", "Spectators refused or sent away to leave room for others")
M(CHARTS, COUNTER, "leitai_charts_sent_total", "Charts sent to stages")

/* Events and the cluster */
M(EVENTS, GAUGE, "leitai_events_loaded", "Events held in memory")
M(EVENTS_DRIVEN, GAUGE, "leitai_events_driven", "Events this process drives")
M(RECORDS, COUNTER, "leitai_records_appended_total", "Records appended to event logs")
M(TAKEOVERS, COUNTER, "leitai_takeovers_total", "Events taken over from another driver")
M(DEPOSED, COUNTER, "leitai_deposed_total",
  "Writes refused because another node had become the driver")
M(GAP_FILLS, COUNTER, "leitai_gap_fills_total",
  "Reads of the log because a published record was missing")
M(COMMANDS, COUNTER, "leitai_commands_total", "Host commands taken from the inbox")
M(REFUSALS_UNRECORDED, COUNTER, "leitai_refusals_unrecorded_total",
  "Refused answers that could not be kept for the record")
M(ROSTER_REQUESTS, COUNTER, "leitai_roster_requests_total", "Pages of entries given to desks")
M(CREDITS_POSTED, COUNTER, "leitai_credits_posted_total",
  "Credit entries posted to the study record")
M(CREDIT_RETRIES, COUNTER, "leitai_credit_retries_total",
  "Postings of credits that failed and will be repeated")

/* Stores */
M(PG_READY, GAUGE, "leitai_pg_connections_ready", "PostgreSQL connections ready")
M(PG_REQUESTS, COUNTER, "leitai_pg_requests_total", "Transactions sent to PostgreSQL")
M(PG_ERRORS, COUNTER, "leitai_pg_errors_total", "Transactions that failed or were lost")
M(REDIS_UP, GAUGE, "leitai_redis_up", "Processes whose Redis connections are up")
M(BOARDS_LOST, COUNTER, "leitai_boards_lost_total",
  "Times that Redis was found emptied or replaced; boards are then written again")
M(RANKS_WAITING, GAUGE, "leitai_ranks_waiting",
  "Entries whose place on a board is not in Redis yet")
M(RANKS_DROPPED, COUNTER, "leitai_ranks_dropped_total",
  "Entries that were not written to a board because too many waited; it is written whole then")
M(REDIS_ERRORS, COUNTER, "leitai_redis_errors_total",
  "Redis commands that failed, timed out or were dropped")

/* The process */
M(LOOP_LAG, HISTOGRAM, "leitai_loop_turn_seconds", "Length of a turn of the event loop")
M(CHILD_RESTARTS, COUNTER, "leitai_child_restarts_total",
  "Worker and job processes started again after they ended")
M(LOG_CUT, COUNTER, "leitai_log_lines_cut_total", "Log lines shortened because they were too long")
