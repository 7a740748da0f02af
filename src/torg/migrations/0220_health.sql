-- How the installation was, over time: figures that each process and a job write down every minute, thinned with age.

-- Of a network: what its administrators see. What was zero is not written down.
CREATE TABLE network_figures (
    org_id bigint NOT NULL,
    network_id bigint NOT NULL,
    name text NOT NULL CHECK (name ~ '^[a-z][a-z0-9_]{0,59}$'),
    minutes int NOT NULL CHECK (minutes IN (1, 10, 60)),   -- how much time the row stands for
    at timestamptz NOT NULL,                                    -- when that begins
    mean double precision NOT NULL,
    most double precision NOT NULL,
    PRIMARY KEY (org_id, network_id, name, minutes, at),
    FOREIGN KEY (org_id, network_id) REFERENCES networks ON DELETE CASCADE
);
CREATE INDEX network_figures_age ON network_figures (minutes, at);
SELECT secure_content('network_figures');

-- Of the installation, by process: its own affair, read by the system alone.
CREATE TABLE process_figures (
    name text NOT NULL CHECK (name ~ '^[a-z][a-z0-9_]{0,59}$'),
    process int NOT NULL,                  -- the node number; -1: of the installation as a whole
    minutes int NOT NULL CHECK (minutes IN (1, 10, 60)),
    at timestamptz NOT NULL,
    mean double precision NOT NULL,
    most double precision NOT NULL,
    PRIMARY KEY (name, process, minutes, at)
);
CREATE INDEX process_figures_age ON process_figures (minutes, at);
SELECT secure_system('process_figures');
