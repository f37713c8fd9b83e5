# fails: The page offers a choice
import streamlit as st

# Rows to begin with. Take your own, if you like.
DEGREES = [
    {"city": "Oslo", "month": "01", "degrees": -4},
    {"city": "Oslo", "month": "04", "degrees": 6},
    {"city": "Oslo", "month": "07", "degrees": 18},
    {"city": "Oslo", "month": "10", "degrees": 7},
    {"city": "Rome", "month": "01", "degrees": 8},
    {"city": "Rome", "month": "04", "degrees": 14},
    {"city": "Rome", "month": "07", "degrees": 26},
    {"city": "Rome", "month": "10", "degrees": 17},
]

st.title("Degrees by month")
city = st.selectbox("City", ["Oslo", "Rome"])
rows = [row for row in DEGREES if row["city"] == "City"]
st.line_chart(rows, x="month", y="degrees")
