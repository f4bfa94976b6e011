create table question (
    site_id bigint not null references site (id),
    id bigint not null,
    page_id bigint not null,
    annotation text not null,
    text text not null,
    asked_by bigint,
    made_at bigint not null,
    edited_at bigint,
    closed_at bigint,
    primary key (site_id, id),
    foreign key (site_id, page_id) references page (site_id, id)
);
create index question_of_page on question (site_id, page_id, id);
create index question_of_asker on question (site_id, asked_by) where asked_by is not null;

create table answer (
    site_id bigint not null,
    comment_id bigint not null,
    question_id bigint not null,
    primary key (site_id, comment_id),
    foreign key (site_id, comment_id) references comment (site_id, id),
    foreign key (site_id, question_id) references question (site_id, id)
);
create index answer_of_question on answer (site_id, question_id, comment_id);
